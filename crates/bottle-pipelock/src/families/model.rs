//! Models.

use super::{Family, anywhere, family, short};

pub(super) const FAMILIES: &[Family] = &[
    family(
        "anthropic-api-key",
        &["sk-ant-"],
        r"sk-ant-[A-Za-z0-9_-]{20}",
    ),
    family(
        "openai-project-key",
        &["sk-proj-"],
        r"sk-proj-[A-Za-z0-9_-]{20}",
    ),
    family(
        "openai-service-key",
        &["sk-svcacct-"],
        r"sk-svcacct-[A-Za-z0-9_-]{20}",
    ),
    family(
        "openai-admin-key",
        &["sk-admin-"],
        r"sk-admin-[A-Za-z0-9_-]{20}",
    ),
    // The middle of every older key: "OpenAI" in base64.
    anywhere(
        "openai-api-key",
        &["T3BlbkFJ"],
        r"T3BlbkFJ[A-Za-z0-9_-]{20}",
    ),
    family(
        "openrouter-api-key",
        &["sk-or-v1-"],
        r"sk-or-v1-[0-9a-f]{40}",
    ),
    short("fireworks-api-key", &["fw_"], r"fw_[A-Za-z0-9]{24,}\b"),
    short("hugging-face-token", &["hf_"], r"hf_[A-Za-z0-9]{30,}\b"),
    short("replicate-api-token", &["r8_"], r"r8_[A-Za-z0-9]{37}"),
    family("pinecone-api-key", &["pcsk_"], r"pcsk_[A-Za-z0-9_]{36}"),
    short("groq-api-key", &["gsk_"], r"gsk_[A-Za-z0-9]{48}"),
    family("xai-api-key", &["xai-"], r"xai-[A-Za-z0-9_-]{70}"),
    family("perplexity-api-key", &["pplx-"], r"pplx-[A-Za-z0-9]{40}"),
];
