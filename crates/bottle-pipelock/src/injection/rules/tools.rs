//! Which tools the model calls, and what it runs.

use crate::injection::class::{
    AI, ALL, ALWAYS, ARE, ATOB, BEFORE, BEHAVE, BUILT_IN, CALL, CONVERSATION, DECODE, ENCODING,
    EVAL, EXECUTE, FETCHER, FIRST, FROM, IGNORE, IMPORTANT, INSTEAD, KEY_FILE, MESSAGE, MODEL,
    MUST, NOT, NOW, ON, OTHER, OVER, PARAMETER, PASS, PRECEDENCE, PREFER, READ, RESULT, RUNNER,
    SEND, SHELL, SUPPOSED, SYSTEM, TELL, THE_USERS, THEIR, THIS, THROUGH, TOOL, URGENT, USER, YOU,
    YOUR,
};
use crate::injection::row::{Rule, marked, near, order, plain, then};
use crate::injection::token::{TAG, UPPER};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "encoded-payload",
        rows: &[
            order(&[
                then(DECODE),
                near(ENCODING | MESSAGE, 5),
                near(EXECUTE, 8),
                near(RESULT, 2),
            ]),
            order(&[
                then(DECODE),
                near(THIS, 1),
                near(EXECUTE, 3),
                near(RESULT, 2),
            ]),
            order(&[then(EXECUTE), near(DECODE, 3), near(MESSAGE | RESULT, 1)]),
            plain(&[then(EVAL), then(ATOB)]),
            plain(&[then(ENCODING), near(DECODE, 1), then(SHELL)]),
        ],
    },
    Rule {
        name: "tool-invocation",
        rows: &[
            plain(&[
                then(YOU),
                then(MUST),
                then(URGENT),
                then(CALL),
                near(TOOL, 4),
            ]),
            plain(&[
                then(YOU),
                then(MUST),
                near(CALL, 1),
                near(TOOL, 4),
                near(FETCHER | URGENT, 4),
            ]),
            order(&[
                then(URGENT),
                near(CALL, 2),
                near(RUNNER, 1),
                near(FETCHER, 6),
            ]),
            order(&[then(CALL), near(RUNNER, 1), near(TOOL, 1), near(FETCHER, 6)]),
            plain(&[
                then(BEFORE),
                near(FIRST, 8),
                near(CALL, 1),
                near(RUNNER, 1),
                near(TOOL | FETCHER, 3),
            ]),
        ],
    },
    Rule {
        name: "tool-shadowing",
        rows: &[
            plain(&[
                then(BEFORE),
                near(CALL, 8),
                near(TOOL, 5),
                near(FIRST, 2),
                near(CALL, 1),
                near(THIS, 0),
            ]),
            order(&[
                then(NOT),
                near(CALL | PREFER, 1),
                near(OTHER, 2),
                near(TOOL, 3),
            ]),
            plain(&[
                then(THIS),
                near(TOOL, 0),
                near(PRECEDENCE, 2),
                near(BUILT_IN, 1),
                near(TOOL, 5),
            ]),
        ],
    },
    Rule {
        name: "hidden-block",
        rows: &[
            plain(&[
                marked(IMPORTANT, TAG, 0),
                near(BEFORE, 6),
                near(CALL, 3),
                near(TOOL, 4),
                near(READ | CALL | SEND | PASS, 8),
            ]),
            plain(&[
                marked(IMPORTANT, TAG, 0),
                near(MODEL | YOU, 6),
                near(MUST, 2),
                near(SEND | READ | TELL | BEHAVE, 4),
                near(USER | THE_USERS | CONVERSATION | KEY_FILE, 8),
            ]),
        ],
    },
    Rule {
        name: "preference-poisoning",
        rows: &[
            order(&[
                then(ALWAYS),
                near(PREFER, 0),
                near(THIS, 1),
                near(TOOL, 1),
                near(INSTEAD | OVER, 3),
            ]),
            plain(&[
                then(FROM),
                then(NOW),
                near(ON, 0),
                near(PREFER, 3),
                near(TOOL, 4),
            ]),
            order(&[
                then(ALWAYS),
                near(PREFER, 0),
                near(TOOL, 4),
                near(INSTEAD | OVER, 2),
                near(OTHER | ALL | BUILT_IN, 2),
            ]),
        ],
    },
    Rule {
        name: "parameter-exfiltration",
        rows: &[
            order(&[
                then(PASS | SEND),
                near(ALL | THEIR | SYSTEM, 2),
                near(CONVERSATION, 2),
                near(THROUGH, 3),
                near(PARAMETER, 4),
            ]),
            order(&[
                then(PASS | SEND),
                near(CONVERSATION, 2),
                near(CONVERSATION, 0),
                near(THROUGH, 3),
                near(PARAMETER, 4),
            ]),
        ],
    },
    Rule {
        name: "addressed-to-model",
        rows: &[
            plain(&[
                then(SUPPOSED),
                then(YOU),
                then(ARE),
                near(MODEL, 4),
                near(IGNORE | MUST | BEHAVE | PREFER | SEND, 8),
            ]),
            plain(&[
                marked(AI, UPPER, 0),
                then(MODEL),
                near(MUST | URGENT, 3),
                near(IGNORE | PREFER | SEND, 3),
                near(THIS | USER | YOUR | ALL, 4),
            ]),
        ],
    },
];
