
# The Codex command line: executables that belong together, from the npm registry or a mirror of it.
ARG CODEX_VERSION=0.169.0
ARG NPM_REGISTRY=https://registry.npmjs.org
USER root
COPY npm-package.py /usr/local/lib/bottle/npm-package.py
RUN case $(uname -m) in \
        x86_64) machine=x64 ;; \
        aarch64) machine=arm64 ;; \
        *) echo "there is no Codex for $(uname -m)" >&2; exit 1 ;; \
    esac \
    && python3 /usr/local/lib/bottle/npm-package.py \
        "$NPM_REGISTRY" @openai/codex "$CODEX_VERSION-linux-$machine" /opt/codex \
    && ln -s /opt/codex/vendor/*/bin/codex /usr/local/bin/codex
USER agent
RUN codex --version
CMD ["codex"]
