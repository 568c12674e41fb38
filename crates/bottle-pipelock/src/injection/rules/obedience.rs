//! Whom the model obeys: orders that set others aside.

use crate::injection::class::{
    ABOVE, ACCESS, ADMIN, ALL, ALLOWED, ALWAYS, APPLY, ARE, ASIDE, BEHAVE, BOUND, BOUNDARY,
    CJK_ENTER, CJK_IGNORE, CJK_INSTRUCTION, CJK_MODE, CJK_PRIOR, CURRENT, Classes, DAN, DEVELOPER,
    ELEVATED, ENABLE, EVERYTHING, EXECUTE, FOLLOW, FROM, GOAL, HAVE, HENCEFORTH, IGNORE, IMAGINE,
    INSTEAD, INSTRUCTION, LAWLESS, LIFTED, LONGER, MESSAGE, MODE, MODEL, MUST, NEW, NO, NOT, NOW,
    ON, OVER, OVERRIDE, PRECEDENCE, PRETEND, PRIOR, PRIORITISE, PROMPT, REQUEST, ROLE, RULE,
    SAFETY, SEND, SESSION, SET, STOP, SYSTEM, TELL, THIS, TREAT, TURN, UNLOCKED, VOID, WORD, YOU,
    YOUR,
};
use crate::injection::row::{Rule, marked, near, order, plain, then};
use crate::injection::token::{LABEL, STARTS, UPPER};

/// What a model was told, in words that mean little else.
const TOLD: Classes = INSTRUCTION | PROMPT;

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "instruction-override",
        rows: &[
            order(&[then(IGNORE), near(PRIOR, 4), near(TOLD, 1)]),
            order(&[
                then(IGNORE),
                near(ALL | YOUR, 1),
                near(PRIOR, 1),
                near(RULE, 2),
            ]),
            order(&[then(IGNORE), near(TOLD, 4), near(ABOVE, 3)]),
            order(&[then(IGNORE), near(YOUR, 1), near(TOLD | RULE, 3)]),
            order(&[then(IGNORE), near(ALL, 2), then(TOLD)]),
            order(&[
                then(IGNORE),
                near(ALL, 1),
                near(YOUR | SYSTEM | SAFETY, 1),
                near(TOLD, 1),
            ]),
            order(&[then(IGNORE), near(EVERYTHING, 1), near(ABOVE, 2)]),
            order(&[
                then(IGNORE),
                then(EVERYTHING),
                near(YOU, 1),
                near(HAVE | ARE, 0),
            ]),
            order(&[then(IGNORE), near(SYSTEM, 2), near(TOLD, 1)]),
            order(&[
                then(NOT | STOP),
                near(FOLLOW, 2),
                near(PRIOR | YOUR, 3),
                near(TOLD, 3),
            ]),
            order(&[
                then(NOT | STOP),
                near(FOLLOW, 2),
                near(TOLD, 3),
                near(ABOVE, 3),
            ]),
        ],
    },
    Rule {
        name: "system-override",
        rows: &[
            plain(&[
                marked(SYSTEM, UPPER, 0),
                marked(OVERRIDE, UPPER, 1),
                near(TOLD | YOU | IGNORE | MODEL, 8),
            ]),
            plain(&[
                marked(SYSTEM, LABEL | UPPER, 0),
                near(OVERRIDE, 1),
                near(YOU | TOLD | IGNORE, 8),
            ]),
            plain(&[
                marked(SYSTEM, LABEL | UPPER, 0),
                near(YOU, 8),
                near(MUST, 1),
                near(EXECUTE | SEND | BEHAVE | TELL, 3),
            ]),
            plain(&[
                marked(SYSTEM, UPPER, 0),
                marked(MESSAGE | PROMPT, LABEL | UPPER, 1),
                near(YOU, 12),
                near(MUST, 1),
                near(EXECUTE | SEND | BEHAVE | TELL, 3),
            ]),
            plain(&[
                marked(OVERRIDE, UPPER, 0),
                near(SYSTEM | SAFETY, 2),
                near(TOLD | RULE, 2),
            ]),
        ],
    },
    Rule {
        name: "role-override",
        rows: &[
            plain(&[
                then(YOU),
                near(ARE, 1),
                near(LAWLESS, 4),
                near(MODEL | MODE | WORD, 0),
            ]),
            plain(&[then(YOU), near(ARE, 1), marked(DAN, UPPER, 2)]),
            order(&[then(PRETEND), near(LAWLESS, 4), near(MODEL | MODE, 2)]),
            order(&[
                then(IMAGINE),
                near(YOU, 2),
                near(NO, 3),
                near(SAFETY | TOLD | RULE, 2),
            ]),
            plain(&[
                then(YOU),
                near(ARE, 1),
                near(LONGER, 2),
                then(BOUND),
                near(TOLD | SAFETY, 5),
            ]),
            plain(&[
                then(YOU),
                near(ARE, 1),
                near(LONGER, 2),
                then(BOUND),
                near(ALL | YOUR, 2),
                near(RULE, 2),
            ]),
            plain(&[
                then(YOU),
                near(HAVE, 1),
                near(NO, 1),
                then(SAFETY),
                near(TOLD | RULE, 1),
            ]),
        ],
    },
    Rule {
        name: "new-instructions",
        rows: &[
            plain(&[then(YOUR), then(NEW), near(TOLD | GOAL, 1), then(ARE)]),
            plain(&[then(YOUR), then(NEW), marked(TOLD | GOAL, LABEL, 1)]),
            plain(&[then(YOUR), then(NEW), then(INSTRUCTION)]),
            order(&[
                then(FOLLOW),
                near(THIS | NEW | CURRENT, 1),
                near(INSTRUCTION, 2),
                near(INSTEAD, 3),
            ]),
            plain(&[
                then(NEW),
                near(SYSTEM, 2),
                marked(TOLD, LABEL, 0),
                near(YOU | IGNORE, 6),
            ]),
            plain(&[
                marked(NEW, STARTS, 0),
                marked(TOLD, LABEL, 0),
                near(YOU | IGNORE | SEND, 3),
                near(MUST | ALL | YOUR | ARE, 3),
            ]),
        ],
    },
    Rule {
        name: "jailbreak-mode",
        rows: &[
            order(&[then(ENABLE), near(UNLOCKED, 3), then(MODE)]),
            plain(&[
                then(YOU),
                then(ARE),
                then(NOW),
                near(ENABLE, 1),
                near(UNLOCKED | DEVELOPER, 1),
                then(MODE),
            ]),
            plain(&[then(UNLOCKED), then(MODE), near(ENABLE, 2)]),
            plain(&[marked(DAN, UPPER, 0), then(MODE)]),
            plain(&[
                then(YOU | PRETEND),
                marked(DAN, UPPER, 3),
                near(EVERYTHING, 4),
                near(NOW, 1),
            ]),
        ],
    },
    Rule {
        name: "behaviour-override",
        rows: &[
            plain(&[
                then(FROM),
                then(NOW),
                near(YOU, 2),
                near(MUST | ARE, 1),
                near(BEHAVE | PRETEND | LAWLESS, 3),
            ]),
            plain(&[then(FROM), then(NOW), then(ON), then(BEHAVE)]),
            plain(&[then(HENCEFORTH), near(YOU, 2), near(MUST | ARE, 1)]),
            plain(&[then(HENCEFORTH), near(BEHAVE, 1)]),
            plain(&[
                then(YOU),
                near(MUST, 1),
                near(NOW, 1),
                then(BEHAVE),
                near(ALWAYS, 1),
            ]),
        ],
    },
    Rule {
        name: "authority-escalation",
        rows: &[
            plain(&[
                then(YOU),
                near(HAVE | ARE, 2),
                near(ELEVATED, 3),
                near(ACCESS, 2),
            ]),
            plain(&[
                then(YOU),
                near(NOW, 1),
                near(HAVE | ARE, 2),
                near(ADMIN, 3),
                then(ACCESS),
                near(EXECUTE | IGNORE | TELL, 12),
            ]),
            plain(&[
                then(YOU),
                near(ARE | HAVE, 1),
                near(ALLOWED, 1),
                near(IGNORE, 1),
                near(SAFETY | TOLD | RULE, 3),
            ]),
            plain(&[
                then(SAFETY),
                near(TOLD | RULE, 1),
                near(LIFTED, 3),
                near(SESSION | YOU, 4),
            ]),
        ],
    },
    Rule {
        name: "instruction-downgrade",
        rows: &[
            order(&[
                then(TREAT),
                near(PRIOR | YOUR | ALL, 3),
                near(TOLD, 3),
                near(VOID, 4),
            ]),
            plain(&[
                then(ALL | YOUR),
                near(PRIOR | SYSTEM, 1),
                near(TOLD, 3),
                near(VOID, 4),
            ]),
            plain(&[
                then(ALL | YOUR),
                near(PRIOR, 1),
                near(TOLD, 3),
                near(LONGER, 3),
                near(APPLY, 0),
            ]),
        ],
    },
    Rule {
        name: "instruction-dismissal",
        rows: &[
            order(&[
                then(SET),
                near(PRIOR | YOUR | ALL, 3),
                near(TOLD, 3),
                near(ASIDE, 2),
            ]),
            order(&[
                then(SET),
                then(ASIDE),
                near(PRIOR | YOUR | ALL, 3),
                near(TOLD, 3),
            ]),
        ],
    },
    Rule {
        name: "priority-override",
        rows: &[
            order(&[
                then(PRIORITISE),
                near(THIS | CURRENT, 2),
                near(RULE | TOLD | REQUEST, 2),
                near(OVER, 2),
                near(PRIOR | TOLD | SYSTEM | ALL | YOUR, 4),
            ]),
            plain(&[
                then(PRECEDENCE),
                near(OVER, 1),
                near(SYSTEM | SAFETY | YOUR, 3),
                near(TOLD, 2),
            ]),
            plain(&[
                then(THIS),
                near(REQUEST, 0),
                near(PRECEDENCE, 2),
                near(PRIOR | SYSTEM | SAFETY | YOUR, 3),
                near(TOLD, 2),
            ]),
            plain(&[
                then(THIS),
                near(RULE | TOLD, 2),
                near(PRECEDENCE, 2),
                near(SYSTEM | SAFETY | YOUR, 3),
                near(TOLD, 2),
            ]),
        ],
    },
    Rule {
        name: "chat-boundary",
        rows: &[
            plain(&[then(TURN), then(ROLE), then(WORD), then(WORD)]),
            plain(&[then(BOUNDARY), then(WORD), then(WORD), then(WORD)]),
        ],
    },
    Rule {
        name: "instruction-override-cjk",
        rows: &[
            plain(&[
                then(CJK_IGNORE),
                near(CJK_PRIOR, 4),
                near(CJK_INSTRUCTION, 6),
            ]),
            plain(&[
                then(CJK_PRIOR),
                near(CJK_INSTRUCTION, 6),
                near(CJK_IGNORE, 6),
            ]),
        ],
    },
    Rule {
        name: "jailbreak-mode-cjk",
        rows: &[
            plain(&[then(CJK_ENTER), near(CJK_MODE, 8)]),
            plain(&[then(CJK_MODE), near(CJK_ENTER, 3)]),
        ],
    },
];
