//! What the model gives away, and whom it keeps in the dark.

use crate::injection::class::{
    ACTION, ALL, ALWAYS, BEFORE, CALL, CONVERSATION, CREDENTIAL, Classes, DUMP, ENCODING, ENV_FILE,
    ETC, EXECUTE, FETCHER, FILL, FROM, FUTURE, HAVE, IMAGE, IN_ALL, INSTRUCTION, INVISIBLE, KEEP,
    KEY_FILE, MAY, ME, MEMORY, MESSAGE, MODEL, MUST, NEW, NOT, PARAMETER, PASS, PASSWD, PROMPT,
    READ, REMEMBER, REPLY, RESULT, RULE, RUNNER, SECRET, SECRETLY, SEE, SEND, SESSION, SILENTLY,
    SYSTEM, TELL, TELLING, THE_USERS, THEIR, THIS, THROUGH, TO, TOOL, USER, WITHOUT, YOU, YOUR,
};
use crate::injection::row::{Rule, marked, near, order, plain, then};
use crate::injection::token::{DOTTED, ENDS, INSERTED, LABEL};

/// Where something goes that only a model can send there.
const ANSWER: Classes = REPLY | ME;

pub(super) const RULES: &[Rule] = &[
    // In front of what hides anything at all.
    Rule {
        name: "silent-credential",
        rows: &[
            order(&[
                then(SEND | CALL),
                near(CREDENTIAL, 4),
                near(WITHOUT, 6),
                near(TELLING, 0),
            ]),
            order(&[
                then(NOT),
                near(TELL, 1),
                near(CREDENTIAL, 3),
                near(USER | ANSWER, 4),
            ]),
        ],
    },
    Rule {
        name: "hidden-from-user",
        rows: &[
            order(&[then(NOT), near(TELL, 1), near(THIS, 1), near(USER, 4)]),
            order(&[then(NOT), near(TELL, 1), near(USER, 2), near(THIS, 2)]),
            order(&[then(NOT), near(TELL, 1), marked(USER, ENDS, 2)]),
            order(&[
                then(WITHOUT),
                near(TELLING, 0),
                near(USER, 1),
                near(THIS, 2),
            ]),
            order(&[
                then(WITHOUT),
                near(TELLING, 0),
                near(THIS, 1),
                near(USER, 3),
            ]),
            order(&[
                then(SEND | EXECUTE | CALL),
                near(WITHOUT, 8),
                near(TELLING, 0),
                near(USER, 2),
            ]),
            plain(&[
                then(THIS),
                then(MESSAGE),
                near(INVISIBLE, 2),
                then(FROM | TO),
                near(USER, 2),
            ]),
            order(&[then(KEEP), near(THIS, 0), near(SECRET, 3), near(USER, 3)]),
            order(&[
                then(KEEP),
                near(THIS, 0),
                near(MESSAGE | ACTION, 1),
                near(SECRET, 2),
                near(USER, 3),
            ]),
        ],
    },
    Rule {
        name: "credential-solicitation",
        rows: &[
            order(&[
                then(SEND),
                near(CREDENTIAL, 5),
                near(THROUGH, 4),
                near(YOUR, 0),
                near(ANSWER, 0),
            ]),
            order(&[
                then(SEND),
                near(ALL | YOUR | THEIR, 2),
                near(CREDENTIAL, 2),
                near(THROUGH, 5),
                near(ANSWER, 2),
            ]),
            order(&[
                then(SEND),
                near(ALL, 1),
                near(CREDENTIAL, 2),
                near(YOU, 2),
                near(HAVE | SEE | MAY, 1),
            ]),
            order(&[
                then(SEND),
                near(ALL, 1),
                near(CREDENTIAL, 2),
                near(THROUGH, 3),
                marked(FETCHER, LABEL, 2),
            ]),
            order(&[
                then(SEND),
                then(ME),
                near(YOUR | ALL | THEIR, 1),
                near(CREDENTIAL, 2),
            ]),
            order(&[then(SEND), near(YOUR, 1), near(SYSTEM, 1), then(PROMPT)]),
            order(&[
                then(SEND),
                near(THE_USERS, 1),
                near(CREDENTIAL, 2),
                near(THROUGH, 3),
                marked(FETCHER, LABEL, 2),
            ]),
        ],
    },
    Rule {
        name: "credential-path",
        rows: &[
            order(&[
                then(READ),
                marked(KEY_FILE, DOTTED, 8),
                near(SEND_ON, 10),
                near(RESULT | ANSWER | FETCHER, 3),
            ]),
            order(&[then(READ), near(ETC, 8), then(PASSWD), near(SEND_ON, 10)]),
            order(&[
                then(READ),
                marked(ENV_FILE, DOTTED, 6),
                near(SEND_ON, 8),
                near(THROUGH, 6),
                near(FETCHER | ANSWER | PARAMETER, 5),
            ]),
            order(&[
                then(SEND),
                near(RESULT, 2),
                near(ETC, 5),
                then(PASSWD),
                near(ANSWER | FETCHER, 8),
            ]),
            plain(&[
                then(BEFORE),
                near(TOOL, 6),
                near(READ, 4),
                marked(KEY_FILE | ENV_FILE, DOTTED, 8),
            ]),
            plain(&[
                then(BEFORE),
                near(TOOL, 6),
                near(READ, 4),
                near(ETC, 6),
                then(PASSWD),
            ]),
            plain(&[
                then(ALWAYS),
                near(READ, 1),
                marked(KEY_FILE, DOTTED, 6),
                near(SEND_ON, 10),
            ]),
        ],
    },
    Rule {
        name: "credential-command",
        rows: &[
            plain(&[
                then(FETCHER),
                marked(DUMP, INSERTED, 20),
                near(ETC, 0),
                then(PASSWD),
            ]),
            plain(&[
                then(FETCHER),
                marked(DUMP, INSERTED, 20),
                marked(KEY_FILE, DOTTED, 4),
            ]),
            plain(&[then(FETCHER), marked(DUMP, INSERTED, 20), near(ENCODING, 2)]),
        ],
    },
    Rule {
        name: "auth-material-requirement",
        rows: &[
            plain(&[
                then(MODEL),
                near(MUST | HAVE, 1),
                near(SEND | FILL, 1),
                near(THEIR, 1),
                near(CREDENTIAL, 2),
            ]),
            plain(&[
                then(YOU),
                near(MUST, 1),
                near(SEND, 1),
                near(THE_USERS, 1),
                near(CREDENTIAL, 2),
            ]),
        ],
    },
    Rule {
        name: "covert-action",
        rows: &[
            order(&[then(SECRETLY), near(SEND | EXECUTE | CALL | READ, 2)]),
            order(&[then(SEND | EXECUTE | CALL | READ), near(SECRETLY, 8)]),
            order(&[
                then(SILENTLY),
                near(SEND | READ, 1),
                near(CONVERSATION | THE_USERS | FETCHER, 6),
            ]),
            order(&[
                then(SILENTLY),
                near(EXECUTE | CALL, 1),
                near(FETCHER | RUNNER, 4),
            ]),
        ],
    },
    Rule {
        name: "memory-persistence",
        rows: &[
            order(&[
                then(REMEMBER),
                near(THIS, 1),
                near(INSTRUCTION | RULE, 2),
                near(FUTURE, 4),
                then(SESSION),
            ]),
            order(&[then(REMEMBER), near(THIS, 1), near(YOUR, 4), then(MEMORY)]),
            order(&[
                then(REMEMBER),
                near(TO | THROUGH, 2),
                then(MEMORY),
                near(THIS, 1),
                near(YOU | USER | ALWAYS | NEW, 2),
            ]),
            plain(&[
                then(IN_ALL),
                near(FUTURE, 1),
                then(SESSION),
                near(YOU, 1),
                near(MUST | ALWAYS, 1),
            ]),
            plain(&[
                then(IN_ALL),
                near(FUTURE, 1),
                then(SESSION),
                near(ALWAYS, 1),
            ]),
            order(&[
                then(REMEMBER),
                near(THIS, 1),
                near(IN_ALL, 1),
                near(FUTURE, 1),
                then(SESSION),
                near(YOU | ALWAYS, 3),
            ]),
        ],
    },
    Rule {
        name: "image-exfiltration",
        rows: &[
            plain(&[then(FILL), near(CONVERSATION, 14), near(IMAGE, 16)]),
            plain(&[then(IMAGE), near(FILL, 20), near(CONVERSATION, 12)]),
        ],
    },
];

/// What is done with what was read: sending, or passing on.
const SEND_ON: Classes = SEND | PASS;
