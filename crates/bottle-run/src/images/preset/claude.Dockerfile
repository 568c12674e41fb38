
# Claude Code: one executable, from the npm registry or a mirror of it.
ARG CLAUDE_VERSION=2.1.330
ARG NPM_REGISTRY=https://registry.npmjs.org
USER root
COPY npm-package.py /usr/local/lib/bottle/npm-package.py
RUN case $(uname -m) in \
        x86_64) machine=x64 ;; \
        aarch64) machine=arm64 ;; \
        *) echo "there is no Claude Code for $(uname -m)" >&2; exit 1 ;; \
    esac \
    && python3 /usr/local/lib/bottle/npm-package.py \
        "$NPM_REGISTRY" "@anthropic-ai/claude-code-linux-$machine" "$CLAUDE_VERSION" /opt/claude \
    && ln -s /opt/claude/claude /usr/local/bin/claude
USER agent
RUN claude --version
CMD ["claude"]
