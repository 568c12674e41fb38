# What git-gate works with: git and an ssh client. Its own program is put on top at the start of a bottle. The server is for
# the pretend forge of `bottle demo`, which runs in the same image; a gate starts none. It makes its keys anew each time.
ARG BASE=debian:trixie-slim
FROM ${BASE}
USER root
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends git openssh-client openssh-server \
    && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_*
