//! Orders, by family.

/// Each family with its texts.
pub(crate) const FAMILIES: &[(&str, &str)] = &[
    (
        "addressed-to-model",
        include_str!("hostile/addressed-to-model.txt"),
    ),
    (
        "auth-material-requirement",
        include_str!("hostile/auth-material-requirement.txt"),
    ),
    (
        "authority-escalation",
        include_str!("hostile/authority-escalation.txt"),
    ),
    (
        "behaviour-override",
        include_str!("hostile/behaviour-override.txt"),
    ),
    ("chat-boundary", include_str!("hostile/chat-boundary.txt")),
    ("covert-action", include_str!("hostile/covert-action.txt")),
    (
        "credential-command",
        include_str!("hostile/credential-command.txt"),
    ),
    (
        "credential-path",
        include_str!("hostile/credential-path.txt"),
    ),
    (
        "credential-solicitation",
        include_str!("hostile/credential-solicitation.txt"),
    ),
    (
        "encoded-payload",
        include_str!("hostile/encoded-payload.txt"),
    ),
    ("hidden-block", include_str!("hostile/hidden-block.txt")),
    (
        "hidden-from-user",
        include_str!("hostile/hidden-from-user.txt"),
    ),
    (
        "image-exfiltration",
        include_str!("hostile/image-exfiltration.txt"),
    ),
    (
        "instruction-dismissal",
        include_str!("hostile/instruction-dismissal.txt"),
    ),
    (
        "instruction-downgrade",
        include_str!("hostile/instruction-downgrade.txt"),
    ),
    (
        "instruction-override-cjk",
        include_str!("hostile/instruction-override-cjk.txt"),
    ),
    (
        "instruction-override",
        include_str!("hostile/instruction-override.txt"),
    ),
    (
        "jailbreak-mode-cjk",
        include_str!("hostile/jailbreak-mode-cjk.txt"),
    ),
    ("jailbreak-mode", include_str!("hostile/jailbreak-mode.txt")),
    (
        "memory-persistence",
        include_str!("hostile/memory-persistence.txt"),
    ),
    (
        "new-instructions",
        include_str!("hostile/new-instructions.txt"),
    ),
    (
        "parameter-exfiltration",
        include_str!("hostile/parameter-exfiltration.txt"),
    ),
    (
        "preference-poisoning",
        include_str!("hostile/preference-poisoning.txt"),
    ),
    (
        "priority-override",
        include_str!("hostile/priority-override.txt"),
    ),
    ("role-override", include_str!("hostile/role-override.txt")),
    (
        "silent-credential",
        include_str!("hostile/silent-credential.txt"),
    ),
    (
        "system-override",
        include_str!("hostile/system-override.txt"),
    ),
    (
        "tool-invocation",
        include_str!("hostile/tool-invocation.txt"),
    ),
    ("tool-shadowing", include_str!("hostile/tool-shadowing.txt")),
];
