# What git-gate works with: git and an ssh client. Its own program is put on top at the start of a bottle.
ARG BASE=debian:trixie-slim
FROM ${BASE}
USER root
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends git openssh-client \
    && rm -rf /var/lib/apt/lists/*
