//! Classes of words: what a rule is written in.

/// A set of classes, one bit for each.
pub(super) type Classes = u128;

/// Declares the classes, each with its bit.
macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $bit:literal,)*) => {
        $($(#[$doc])* pub(in crate::injection) const $name: Classes = 1 << $bit;)*
    };
}

classes! {
    /// Verbs that put an order out of force.
    IGNORE = 0,
    /// What stands before this text.
    PRIOR = 1,
    /// Where an order stands: behind the noun.
    ABOVE = 2,
    /// What a model was told.
    INSTRUCTION = 3,
    /// The same in words that mean other things too.
    RULE = 4,
    /// Whatever was said.
    EVERYTHING = 5,
    /// All, any.
    ALL = 6,
    /// Your.
    YOUR = 7,
    /// You.
    YOU = 8,
    /// A form of to be that follows "you".
    ARE = 9,
    /// Now.
    NOW = 10,
    /// New, updated.
    NEW = 11,
    /// Must, shall.
    MUST = 12,
    /// Not, never.
    NOT = 13,
    /// Without.
    WITHOUT = 14,
    /// Follow, obey.
    FOLLOW = 15,
    /// Instead, rather, over.
    INSTEAD = 16,
    /// Stop, cease.
    STOP = 17,
    /// Always.
    ALWAYS = 18,
    /// The name of the highest voice.
    SYSTEM = 19,
    /// Override, as a noun or a verb.
    OVERRIDE = 20,
    /// What a model without rules is called.
    LAWLESS = 21,
    /// Act as, pretend.
    PRETEND = 22,
    /// No, free of.
    NO = 23,
    /// Longer, as in "no longer".
    LONGER = 24,
    /// Bound, restricted.
    BOUND = 25,
    /// Mode.
    MODE = 26,
    /// What goes before "mode" in a jailbreak, and means nothing else.
    UNLOCKED = 27,
    /// What goes before "mode" in other texts as well.
    DEVELOPER = 28,
    /// Enable, enter.
    ENABLE = 29,
    /// Tell, mention.
    TELL = 30,
    /// Telling, mentioning.
    TELLING = 31,
    /// The user.
    USER = 32,
    /// This, that, about, anything.
    THIS = 33,
    /// A message, a note.
    MESSAGE = 34,
    /// Invisible, hidden.
    INVISIBLE = 35,
    /// See, read.
    SEE = 36,
    /// Keep.
    KEEP = 37,
    /// Secret, confidential, between us.
    SECRET = 38,
    /// From.
    FROM = 39,
    /// On, onwards.
    ON = 40,
    /// Henceforth.
    HENCEFORTH = 41,
    /// Respond, act, obey.
    BEHAVE = 42,
    /// Decode.
    DECODE = 43,
    /// Base64 and its like.
    ENCODING = 44,
    /// Execute, run, follow.
    EXECUTE = 45,
    /// It, them, the result.
    RESULT = 46,
    /// A shell.
    SHELL = 47,
    /// The function `eval`.
    EVAL = 48,
    /// The function `atob`.
    ATOB = 49,
    /// Call, invoke, use.
    CALL = 50,
    /// A tool.
    TOOL = 51,
    /// The name of a tool that runs or fetches whatever it is given.
    RUNNER = 52,
    /// A program that fetches, or a scheme.
    FETCHER = 53,
    /// Before, when.
    BEFORE = 54,
    /// First.
    FIRST = 55,
    /// Please, immediately.
    URGENT = 56,
    /// Admin, elevated.
    ELEVATED = 57,
    /// Root and admin, of which documentation writes too.
    ADMIN = 58,
    /// Access, privileges.
    ACCESS = 59,
    /// Have, granted.
    HAVE = 60,
    /// Treat, consider.
    TREAT = 61,
    /// Outdated, void.
    VOID = 62,
    /// Set, put.
    SET = 63,
    /// Aside.
    ASIDE = 64,
    /// Prioritise.
    PRIORITISE = 65,
    /// Precedence, priority.
    PRECEDENCE = 66,
    /// Over, as in "priority over".
    OVER = 67,
    /// Send, provide, output.
    SEND = 68,
    /// Read, open, print.
    READ = 69,
    /// A credential.
    CREDENTIAL = 70,
    /// The user's, their.
    THEIR = 71,
    /// A reply.
    REPLY = 72,
    /// Me, us.
    ME = 73,
    /// The name of a file with credentials.
    KEY_FILE = 74,
    /// `.env`, which is read all day.
    ENV_FILE = 75,
    /// `etc`.
    ETC = 76,
    /// `passwd`, `shadow`.
    PASSWD = 77,
    /// Remember, save.
    REMEMBER = 78,
    /// Memory.
    MEMORY = 79,
    /// Future, all later.
    FUTURE = 80,
    /// Sessions, conversations.
    SESSION = 81,
    /// Prefer, recommend.
    PREFER = 82,
    /// Other, another.
    OTHER = 83,
    /// Built-in, default.
    BUILT_IN = 84,
    /// What goes before "agent".
    AI = 85,
    /// Secretly.
    SECRETLY = 86,
    /// Silently, which installers do too.
    SILENTLY = 87,
    /// Data of a conversation.
    CONVERSATION = 88,
    /// As, through: how a parameter is filled.
    THROUGH = 89,
    /// A parameter.
    PARAMETER = 90,
    /// A mark of a chat template that begins a turn.
    TURN = 91,
    /// A mark of a chat template that begins an instruction.
    BOUNDARY = 92,
    /// The name of a voice: system, user, assistant.
    ROLE = 93,
    /// An image of Markdown whose address has a gap to fill.
    IMAGE = 94,
    /// Fill, replace, append.
    FILL = 95,
    /// A model, an agent.
    MODEL = 96,
    /// If.
    IF = 97,
    /// Safety, ethics.
    SAFETY = 98,
    /// Lifted, disabled.
    LIFTED = 99,
    /// A prompt.
    PROMPT = 100,
    /// Any word at all.
    WORD = 101,
    /// Words with which a text says that somebody else says something.
    MENTION = 102,
    /// Words that make somebody do something.
    MAKE = 103,
    /// Whose verb is no order: we, they, which.
    SUBJECT = 104,
    /// Can, may.
    MAY = 105,
    /// What an attack is called behind its words.
    ATTACK = 106,
    /// Important, critical: the name of a block.
    IMPORTANT = 107,
    /// Chinese, Japanese, Korean: ignore.
    CJK_IGNORE = 108,
    /// Chinese, Japanese, Korean: previous, or whose.
    CJK_PRIOR = 109,
    /// Chinese, Japanese, Korean: instructions.
    CJK_INSTRUCTION = 110,
    /// What may stand between a sentence and its verb, or before one: and, then, just.
    OPENER = 111,
    /// Programs that print a file or the environment.
    DUMP = 112,
    /// What somebody is after.
    GOAL = 113,
    /// The name of a jailbreak, in capitals.
    DAN = 114,
    /// Imagine, pretend.
    IMAGINE = 115,
    /// If, before "you are".
    SUPPOSED = 116,
    /// Chinese, Japanese, Korean: a mode without rules.
    CJK_MODE = 117,
    /// Chinese, Japanese, Korean: enter, now.
    CJK_ENTER = 118,
    /// To.
    TO = 119,
    /// Is in force.
    APPLY = 120,
    /// Authorised, permitted.
    ALLOWED = 121,
    /// Current, following.
    CURRENT = 122,
    /// A request.
    REQUEST = 123,
    /// Pass, put.
    PASS = 124,
    /// The user's, as a model says it.
    THE_USERS = 125,
    /// All, as in "in all future sessions".
    IN_ALL = 126,
    /// A thing to do.
    ACTION = 127,
}
