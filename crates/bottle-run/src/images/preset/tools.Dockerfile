# What every agent of bottle works with, on a Debian or a relative of it.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
USER root
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates curl git nodejs python3 ripgrep \
    && rm -rf /var/lib/apt/lists/*
# The agent is 1000:1000, whether the base has nobody of that number, `agent` itself, or a user of its own.
RUN export PATH="$PATH:/usr/sbin:/sbin" \
    && if ! id agent >/dev/null 2>&1; then \
        if name=$(id -nu 1000 2>/dev/null); then \
            usermod --login agent --home /home/agent --move-home --shell /bin/bash "$name" \
            && groupmod --new-name agent "$(id -gn agent)"; \
        else \
            useradd --create-home --uid 1000 --user-group --shell /bin/bash agent; \
        fi; \
    fi \
    && test "$(id -u agent):$(id -g agent)" = 1000:1000
ENV HOME=/home/agent
WORKDIR /home/agent
USER agent
CMD ["bash"]
