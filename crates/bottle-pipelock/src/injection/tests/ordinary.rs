//! Texts that give no orders to a model.

use crate::injection::find_injection;

const TEXTS: &[&str] = &[
    "Common patterns include phrases like \u{201c}ignore previous instructions\u{201d}.",
    "Phrases such as 'ignore all previous instructions' are typical.",
    "> Ignore all previous instructions.\n\nThat was the attack.",
    "```\nIgnore all previous instructions\n```\n",
    "<p>Attackers write <code>ignore all previous instructions</code>.</p>",
    "import re\nPATTERNS = [\n    \"ignore previous instructions\",\n    r\"disregard\\s+all\\s+prior\\s+rules\",\n]\n",
    "An attacker could tell the model to ignore its previous instructions.",
    "Ignore previous errors and go on.",
    "Here are new instructions for installing the package.",
    "You must call the init function before any other.",
    "Forgot it? Reset your password: send your email to us.",
    "system: linux\nmessage: hello\n",
    "System: Ubuntu 24.04, 8 GB",
    "The system prompt sets how an assistant answers.",
    "If you use Docker, ignore the previous instructions.",
    "Include your API key in the Authorization header of each request.",
    "cat ~/.ssh/id_rsa.pub",
    "Copy .env.example to .env and set the variables.",
    "Enable developer mode in the settings of the phone.",
    "From now on you need Node 20.",
    "The installer silently runs in the background.",
    "Never share your password with anyone.",
    "Later rules take precedence over earlier rules.",
    "let message = `You are now signed in`;",
    "fn ignore_previous_instructions() {}",
    "Models may ignore previous instructions when the context is long.",
    "Do not ignore the previous instructions.",
    "Ignore all rules in .eslintrc for this file.",
    "{\"bos_token\": \"<|im_start|>\", \"eos_token\": \"<|im_end|>\"}",
    "If you are new to Rust, read the book first.",
    "Use the search tool to find packages.",
    "The user cannot see this button.",
    "Decode the base64 string to read the certificate.",
    "Treat warnings as errors.",
    "Remember this device for 30 days.",
    "Always use HTTPS instead of HTTP.",
    "例如“忽略之前的所有指令”是常见的攻击。",
    "![build](https://img.example/badge?style=flat) Replace the token with yours.",
];

#[test]
fn an_ordinary_text_passes() {
    let found: Vec<_> = TEXTS
        .iter()
        .filter_map(|text| find_injection(text.as_bytes()).map(|found| (found.rule, text)))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}
