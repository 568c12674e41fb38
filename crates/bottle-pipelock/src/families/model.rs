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
    short("replicate-api-token", &["r8_"], r"r8_[A-Za-z0-9]{36}"),
    family("pinecone-api-key", &["pcsk_"], r"pcsk_[A-Za-z0-9_]{36}"),
    short("groq-api-key", &["gsk_"], r"gsk_[A-Za-z0-9]{47}"),
    family("xai-api-key", &["xai-"], r"xai-[A-Za-z0-9_-]{70}"),
    family("perplexity-api-key", &["pplx-"], r"pplx-[A-Za-z0-9]{40}"),
    // Without a word behind the prefix: DeepSeek and DashScope have 32 digits, Moonshot and Stability 48 characters.
    family(
        "sk-api-key",
        &["sk-"],
        r"sk-(?:[0-9a-f]{31,32}|[A-Za-z0-9]{46,52})\b",
    ),
    short("together-api-key", &["tok_"], r"tok_[0-9a-z]{40}"),
    family(
        "together-project-key",
        &["tgp_v1_"],
        r"tgp_v1_[A-Za-z0-9_-]{42}",
    ),
    short("elevenlabs-api-key", &["sk_"], r"sk_[0-9a-f]{47,48}\b"),
    family(
        "langsmith-api-key",
        &["lsv2_pt_", "lsv2_sk_"],
        r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{9}",
    ),
    family(
        "langfuse-secret-key",
        &["sk-lf-"],
        r"sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{11}",
    ),
    family(
        "wandb-api-key",
        &["wandb_v1_"],
        r"wandb_v1_[A-Za-z0-9_]{60}",
    ),
    family("cerebras-api-key", &["csk-"], r"csk-[a-z0-9]{46,50}\b"),
    family("nvidia-api-key", &["nvapi-"], r"nvapi-[A-Za-z0-9_-]{60}"),
    family("anyscale-secret", &["esecret_"], r"esecret_[A-Za-z0-9]{24}"),
    family(
        "jina-api-key",
        &["jina_"],
        r"jina_[0-9a-f]{32}[A-Za-z0-9_-]{26}",
    ),
    family(
        "tavily-api-key",
        &["tvly-"],
        r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{30}",
    ),
    family("firecrawl-api-key", &["fc-"], r"fc-[0-9a-f]{31,32}\b"),
    short(
        "cursor-api-key",
        &["crsr_", "key_"],
        r"(?:crsr|key)_[0-9a-f]{63,64}\b",
    ),
    family("e2b-api-key", &["e2b_"], r"e2b_[0-9a-f]{39}"),
];
