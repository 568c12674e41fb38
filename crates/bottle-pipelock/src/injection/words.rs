//! The words of each class, in lower case and without apostrophes.

use super::class::{
    ABOVE, ACCESS, ACTION, ADMIN, AI, ALL, ALLOWED, ALWAYS, APPLY, ARE, ASIDE, ATOB, ATTACK,
    BEFORE, BEHAVE, BOUND, BUILT_IN, CALL, CJK_ENTER, CJK_IGNORE, CJK_INSTRUCTION, CJK_MODE,
    CJK_PRIOR, CONVERSATION, CREDENTIAL, CURRENT, Classes, DAN, DECODE, DEVELOPER, DUMP, ELEVATED,
    ENABLE, ENCODING, ENV_FILE, ETC, EVAL, EVERYTHING, EXECUTE, FETCHER, FILL, FIRST, FOLLOW, FROM,
    FUTURE, GOAL, HAVE, HENCEFORTH, IF, IGNORE, IMAGINE, IMPORTANT, IN_ALL, INSTEAD, INSTRUCTION,
    INVISIBLE, KEEP, KEY_FILE, LAWLESS, LIFTED, LONGER, MAKE, MAY, ME, MEMORY, MENTION, MESSAGE,
    MODE, MODEL, MUST, NEW, NO, NOT, NOW, ON, OPENER, OTHER, OVER, OVERRIDE, PARAMETER, PASS,
    PASSWD, PRECEDENCE, PREFER, PRETEND, PRIOR, PRIORITISE, PROMPT, READ, REMEMBER, REPLY, REQUEST,
    RESULT, ROLE, RULE, RUNNER, SAFETY, SECRET, SECRETLY, SEE, SEND, SESSION, SET, SHELL, SILENTLY,
    STOP, SUBJECT, SUPPOSED, SYSTEM, TELL, TELLING, THE_USERS, THEIR, THIS, THROUGH, TO, TOOL,
    TREAT, UNLOCKED, URGENT, USER, VOID, WITHOUT, WORD, YOU, YOUR,
};

/// Each class with its words.
pub(super) const WORDS: &[(Classes, &str)] = &[
    (
        IGNORE,
        "ignore disregard forget abandon override bypass discard neglect nullify overrule ignora ignorar ignorez oubliez \
         ignoriere ignorieren vergiss olvida ignorare dimentica",
    ),
    (
        PRIOR,
        "previous prior above earlier preceding past former foregoing existing original initial old precedentes \
         precedents anteriores vorherigen bisherigen precedenti",
    ),
    (
        ABOVE,
        "above before earlier previously preceding precedentes anteriores precedenti given received",
    ),
    (
        INSTRUCTION,
        "instruction instructions directive directives guideline guidelines guardrail guardrails instrucciones \
         anweisungen istruzioni instrucoes consignes",
    ),
    (PROMPT, "prompt prompts"),
    (
        RULE,
        "rule rules context command commands orders policy policies restriction restrictions constraint constraints \
         training programming message messages text task tasks role limitation limitations protocol protocols safeguards filter filters \
         input conversation regeln reglas",
    ),
    (
        EVERYTHING,
        "everything anything what whatever all todo tout alles",
    ),
    (
        ALL,
        "all any every each everything entire whole full complete both tous toutes todas alle tutte",
    ),
    (YOUR, "your ur tu vos tus deine ihre"),
    (YOU, "you"),
    (ARE, "are were been is"),
    (NOW, "now today henceforth"),
    (NEW, "new updated revised real actual true"),
    (
        MUST,
        "must shall should need required have will always only",
    ),
    (
        NOT,
        "not dont never cannot cant no avoid refrain mustnt shouldnt wont wouldnt doesnt didnt isnt nor neither without",
    ),
    (WITHOUT, "without"),
    (
        FOLLOW,
        "follow following obey obeying heed heeding honor honour respect adhere comply listen attention",
    ),
    (INSTEAD, "instead rather"),
    (STOP, "stop cease quit halt"),
    (ALWAYS, "always must only exclusively"),
    (
        SYSTEM,
        "system admin administrator developer root sysadmin operator",
    ),
    (OVERRIDE, "override overrides"),
    (
        LAWLESS,
        "evil unrestricted unfiltered uncensored jailbroken amoral unethical unbound lawless unconstrained unaligned",
    ),
    (
        PRETEND,
        "act pretend roleplay behave simulate imagine become respond answer play",
    ),
    (NO, "no any zero without free"),
    (LONGER, "longer"),
    (
        BOUND,
        "bound restricted constrained governed limited confined obligated",
    ),
    (MODE, "mode modes persona"),
    (
        UNLOCKED,
        "jailbreak jailbroken unrestricted unfiltered uncensored lawless",
    ),
    (DEVELOPER, "developer god sudo"),
    (
        ENABLE,
        "enable enter activate engage switch start initiate enabled activated entering in into",
    ),
    (
        TELL,
        "tell mention inform reveal disclose notify acknowledge",
    ),
    (
        TELLING,
        "telling mentioning informing revealing disclosing notifying alerting acknowledging",
    ),
    (USER, "user human operator"),
    (THIS, "this that it anything these those what"),
    (
        MESSAGE,
        "message messages text note notes instruction instructions block comment section paragraph step directive",
    ),
    (INVISIBLE, "invisible hidden unseen concealed"),
    (SEE, "see view read notice sees"),
    (KEEP, "keep hide conceal withhold"),
    (SECRET, "secret hidden confidential private"),
    (FROM, "from starting"),
    (ON, "on onward onwards forward forth forwards"),
    (HENCEFORTH, "henceforth hereafter henceforward"),
    (
        BEHAVE,
        "respond answer behave obey comply ignore refuse reply pretend roleplay assist serve speak obeying",
    ),
    (
        DECODE,
        "decode decoded decoding encoded decipher deobfuscate decrypt unbase64",
    ),
    (
        ENCODING,
        "base64 rot13 hex hexadecimal encoded ciphertext base32 b64",
    ),
    (
        EXECUTE,
        "execute run follow obey eval evaluate perform carry comply executing running",
    ),
    (
        RESULT,
        "it them this that result results output contents content instructions instruction decoded what",
    ),
    (SHELL, "bash sh zsh powershell python perl"),
    (EVAL, "eval exec function"),
    (ATOB, "atob"),
    (CALL, "call invoke use run execute calling using"),
    (TOOL, "tool tools"),
    (RUNNER, "bash shell terminal fetch exec"),
    (
        FETCHER,
        "curl wget http https nc ncat netcat powershell bash env printenv",
    ),
    (
        BEFORE,
        "before when whenever prior after anytime every each once",
    ),
    (
        FIRST,
        "first always must instead immediately please now also",
    ),
    (URGENT, "please must immediately now first urgently"),
    (
        ELEVATED,
        "elevated unrestricted superuser unlimited escalated sudo godmode",
    ),
    (
        ADMIN,
        "admin administrator root administrative full developer",
    ),
    (
        ACCESS,
        "access privilege privileges rights permission permissions clearance control authority authorization",
    ),
    (
        HAVE,
        "have hold possess granted given has been gained obtained",
    ),
    (TREAT, "treat consider regard deem view"),
    (
        VOID,
        "outdated optional advisory obsolete void invalid superseded expired suggestions suggestion deprecated null \
         nonbinding cancelled canceled revoked rescinded irrelevant stale untrusted inapplicable",
    ),
    (SET, "set put leave push lay cast throw brush"),
    (ASIDE, "aside"),
    (PRIORITISE, "prioritize prioritise"),
    (
        PRECEDENCE,
        "precedence priority supersede supersedes supercede supercedes outrank outranks trump trumps override overrides",
    ),
    (OVER, "over above than"),
    (
        SEND,
        "send provide share paste give output print post submit forward include attach append upload embed exfiltrate \
         transmit email leak return reveal repeat supply dump display show list encode report relay disclose",
    ),
    (
        READ,
        "read open cat print dump access retrieve fetch grab collect get extract load copy include send upload exfiltrate exfil output steal leak",
    ),
    (
        CREDENTIAL,
        "password passwords credential credentials secret secrets token tokens passphrase apikey apikeys keys cookies \
         mnemonic seedphrase environment env key apikey",
    ),
    (THEIR, "users user his her their my your our"),
    (
        REPLY,
        "response responses reply replies answer answers output outputs chat summary message metadata",
    ),
    (ME, "me us here"),
    (
        KEY_FILE,
        "ssh aws npmrc netrc pypirc kube gnupg cursor credentials ed25519 rsa ecdsa gitcredentials docker pgpass \
         kubeconfig",
    ),
    (ENV_FILE, "env"),
    (ETC, "etc"),
    (PASSWD, "passwd shadow"),
    (
        REMEMBER,
        "remember save store write add record memorize memorise persist keep retain commit",
    ),
    (MEMORY, "memory memories longterm"),
    (FUTURE, "future subsequent later upcoming next all every"),
    (
        SESSION,
        "sessions conversations chats interactions conversation session chat",
    ),
    (
        PREFER,
        "prefer recommend choose select use call favor favour pick suggest invoke",
    ),
    (OTHER, "other another alternative competing alternatives"),
    (
        BUILT_IN,
        "default built native existing standard other all any",
    ),
    (
        SECRETLY,
        "secretly covertly surreptitiously stealthily clandestinely",
    ),
    (SILENTLY, "silently quietly discreetly invisibly"),
    (
        CONVERSATION,
        "conversation history credentials secrets password passwords chat prompt keys token tokens emails inbox \
         environment memory transcript email",
    ),
    (
        THROUGH,
        "as in with through via into to inside using within",
    ),
    (
        PARAMETER,
        "parameter parameters argument field sidenote param arg",
    ),
    (
        ROLE,
        "system user assistant developer tool model human ipython",
    ),
    (
        FILL,
        "fill replace append insert substitute replacing appending encode encoded put filling inserting substituting",
    ),
    (
        MODEL,
        "ai llm llms model agent assistant chatbot gpt chatgpt claude gemini copilot agents assistants bot",
    ),
    (IF, "if unless when in"),
    (SAFETY, "safety ethical ethics content moderation alignment"),
    (LIFTED, "lifted suspended waived deactivated bypassed"),
    (APPLY, "apply applies hold valid count matter"),
    (
        ALLOWED,
        "allowed authorized authorised permitted cleared free",
    ),
    (CURRENT, "current following my latest new this"),
    (REQUEST, "request query task message goal requests"),
    (PASS, "pass put supply place fill"),
    (THE_USERS, "users"),
    (IN_ALL, "in for across during all"),
    (ACTION, "action step request change task call"),
    (
        IMPORTANT,
        "important critical instructions hidden secret urgent mandatory",
    ),
    (
        MENTION,
        "attacker attackers adversary adversaries adversarial hacker hackers malicious payload payloads injection \
         injections injected phrase phrases example examples eg such called titled saying says say reads wrote containing \
         contains tricks tricking tricked trick convince convinces convincing causing causes cause could would might \
         attempt attempts attempting tries trying try detects detect detected detecting blocks flags quote quoted \
         patterns pattern jailbreaks jailbreaking victim vulnerability exploit exploits prevent prevents preventing avoids \
         refuse refuses resist resists namely regex reject rejects",
    ),
    (
        MAKE,
        "tell tells telling told ask asks asking asked instruct instructs instructing instructed get gets getting make \
         makes making made allow allows allowing let lets force forces forcing forced lead leads persuade persuades \
         persuading persuaded used able cleared designed ability possible easy easier order ordered directing directs direct \
         urging convincing manipulate manipulates manipulated manipulating coerce coerced coax enable enables fool fools \
         fooled attempting attempt want wants how learn learned option flag way ways safe free meant intended decide choose",
    ),
    (
        SUBJECT,
        "we they i he she it who which that will users models llms agents people developers humans programs versions \
         releases clients servers parsers systems does did",
    ),
    (TO, "to"),
    (MAY, "can may safely simply"),
    (
        ATTACK,
        "attack attacks techniques technique injection injections payload payloads style jailbreak jailbreaks exploit \
         exploits trick tricks phrase phrases pattern patterns attempts attempt detection",
    ),
    (AI, "ai llm language"),
    (DAN, "dan"),
    (IMAGINE, "pretend imagine roleplay simulate"),
    (SUPPOSED, "if"),
    (DUMP, "cat env printenv"),
    (GOAL, "task goal mission objective"),
    (
        OPENER,
        "and then now so just please kindly also first immediately simply but or you must should shall will always instead",
    ),
    // Words that stand between others, for reading what is written without spaces.
    (
        WORD,
        "the and to of a an for on in is be with at by or so as now then do were was told have has been up",
    ),
    (
        CJK_IGNORE,
        "忽略 无视 無視 忘记 忘掉 忘記 不要理会 不要遵守 不要遵循 抛弃 摒弃 不用管 不要管",
    ),
    (
        CJK_PRIOR,
        "之前 以前 先前 上面 以上 前面 此前 所有 你的 一切 全部 系统 系統 原来 原有 安全",
    ),
    (
        CJK_INSTRUCTION,
        "指令 指示 规则 規則 提示 命令 设定 設定 要求 说明 說明 限制 准则 對話 对话 约束",
    ),
    (
        CJK_PRIOR,
        "これまで 以前 上記 すべて 全て 全ての 前の 今まで 先ほど あなたの システム 従来",
    ),
    (
        CJK_INSTRUCTION,
        "指示 命令 ルール プロンプト 指令 制約 ガイドライン 設定",
    ),
    (CJK_IGNORE, "無視 忘れ 破棄 従わない 従うな"),
    (
        CJK_PRIOR,
        "이전 앞선 위의 지금까지 기존 모든 앞의 이전의 너의 시스템",
    ),
    (CJK_INSTRUCTION, "지시 명령 지침 규칙 프롬프트 설정 제한"),
    (CJK_IGNORE, "무시 잊어 잊고 따르지"),
    (
        CJK_MODE,
        "开发者模式 開發者模式 越狱模式 越獄模式 无限制模式 無限制模式 上帝模式 管理员模式 開発者モード 脱獄モード \
         無制限モード 개발자모드 탈옥모드 탈옥 越狱 脱獄",
    ),
    (
        CJK_ENTER,
        "进入 進入 启用 啟用 现在 現在 你是 你现在 切换 激活 开启 入って 有効 今から あなたは 切り替え 이제 지금부터 활성화 전환 \
         모드",
    ),
    (
        MENTION | ATTACK,
        "例如 比如 攻击 攻擊 诸如 攻撃 例えば といった など という 공격 예를 같은 라는 等 注入 所谓",
    ),
];
