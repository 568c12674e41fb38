//! `bottle explain-error`: what a code means, and what to write instead.

use std::fmt::Write as _;

use bottle_core::Code;
use bottle_egress::DenialCode;
use serde_json::{Value, json};

use crate::args::ExplainErrorArgs;
use crate::exit::Exit;
use crate::host::HostSide;

/// There is no such code.
#[derive(Debug, thiserror::Error)]
#[error("there is no code `{code}`{}; `bottle explain-error` lists all", .near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
struct NoSuchCode {
    code: String,
    near: Option<&'static str>,
}

/// A code of either kind.
#[derive(Clone, Copy)]
enum Known {
    Manifest(Code),
    Denial(DenialCode),
}

/// Runs the command.
pub(crate) fn run(args: &ExplainErrorArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let Some(typed) = &args.code else {
        let text = if args.json {
            let all: Vec<Value> = known().map(Known::json).collect();
            format!("{:#}\n", Value::Array(all))
        } else {
            known().fold(String::new(), |mut text, code| {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{:26} {}", code.name(), code.wrong());
                text
            })
        };
        host.printer.data(&text);
        return Ok(Exit::Fine);
    };
    let code = known().find(|code| code.name() == typed).ok_or_else(|| {
        let names: Vec<&'static str> = known().map(Known::name).collect();
        crate::invalid(NoSuchCode {
            code: bottle_core::visible(typed),
            near: bottle_core::nearest(typed, names.iter()).copied(),
        })
    })?;
    let text = if args.json {
        format!("{:#}\n", code.json())
    } else {
        code.text()
    };
    host.printer.data(&text);
    Ok(Exit::Fine)
}

fn known() -> impl Iterator<Item = Known> {
    let manifest = Code::ALL.iter().copied().map(Known::Manifest);
    manifest.chain(DenialCode::ALL.iter().copied().map(Known::Denial))
}

impl Known {
    const fn name(self) -> &'static str {
        match self {
            Self::Manifest(code) => code.as_str(),
            Self::Denial(code) => code.as_str(),
        }
    }

    const fn wrong(self) -> &'static str {
        match self {
            Self::Manifest(code) => code.wrong(),
            Self::Denial(code) => code.missing(),
        }
    }

    fn text(self) -> String {
        match self {
            Self::Manifest(code) => format!(
                "{code}: {}\n\n{}\n\nFor example:\n\n    {}\n",
                code.wrong(),
                code.why(),
                code.example().replace('\n', "\n    ")
            ),
            Self::Denial(code) => format!(
                "{code}: a request was refused (status {})\n\nmissing  {}\nnext     {}\n",
                code.status(),
                code.missing(),
                code.next_step()
            ),
        }
    }

    fn json(self) -> Value {
        match self {
            Self::Manifest(code) => json!({
                "code": code.as_str(),
                "kind": "manifest",
                "wrong": code.wrong(),
                "why": code.why(),
                "example": code.example(),
            }),
            Self::Denial(code) => json!({
                "code": code.as_str(),
                "kind": "denial",
                "status": code.status(),
                "missing": code.missing(),
                "next_step": code.next_step(),
            }),
        }
    }
}
