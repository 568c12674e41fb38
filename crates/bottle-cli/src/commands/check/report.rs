//! What `bottle check` found.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use bottle_core::{Expectation, PlanError, PlanKey, Resolved, Subject};
use bottle_egress::{Mutation, Rule, Uncovered, run_tests, uncovered};
use serde_json::{Value, json};

use crate::args::CheckArgs;
use crate::diagnostic_json::errors;
use crate::exit::Exit;
use crate::host::HostSide;

/// What was found, file by file.
#[derive(Debug, Default)]
pub(super) struct Report {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    path: String,
    subject: Subject,
    result: Result<Tests, PlanError>,
}

/// What a bottle's policy tests say.
#[derive(Debug, Default)]
struct Tests {
    run: Vec<Test>,
    gaps: Vec<Gap>,
    rules: usize,
}

#[derive(Debug)]
struct Test {
    text: String,
    line: usize,
    holds: bool,
    reason: Option<&'static str>,
}

#[derive(Debug)]
struct Gap {
    rule: String,
    line: Option<usize>,
    survived: Vec<Mutation>,
}

impl Report {
    /// Notes one file; a bottle's tests are run.
    pub(super) fn add(
        &mut self,
        path: &str,
        subject: &Subject,
        result: Result<Resolved, PlanError>,
    ) {
        let result = result.map(|resolved| match subject {
            Subject::Bottle(_) => tests(&resolved),
            Subject::Agent(_) => Tests::default(),
        });
        self.files.push(File {
            path: path.to_owned(),
            subject: subject.clone(),
            result,
        });
    }

    /// Prints it and says how it ended.
    pub(super) fn show(&self, host: &HostSide, args: &CheckArgs) -> Exit {
        if args.json {
            let files: Vec<Value> = self.files.iter().map(File::json).collect();
            let exit = self.exit(args);
            host.printer.data(&format!(
                "{:#}\n",
                json!({ "files": files, "ok": exit == Exit::Fine })
            ));
            return exit;
        }
        if self.files.is_empty() {
            let home = host.home.path().display();
            host.printer.say(&format!(
                "no manifests in {home}: `bottle init` writes the first ones"
            ));
        }
        let mut told = BTreeSet::new();
        for file in &self.files {
            host.printer.data(&file.text());
            if let Err(error) = &file.result {
                let text = error.innermost().to_string();
                if told.insert(text.clone()) {
                    host.printer.say(&format!("{text}\n"));
                }
            }
        }
        self.exit(args)
    }

    fn exit(&self, args: &CheckArgs) -> Exit {
        let good = || {
            self.files
                .iter()
                .filter_map(|file| file.result.as_ref().ok())
        };
        if self.files.iter().any(|file| file.result.is_err()) {
            return Exit::Invalid;
        }
        let failed = good().any(|tests| tests.run.iter().any(|test| !test.holds));
        let gaps = good().any(|tests| !tests.gaps.is_empty());
        if failed || (args.strict && gaps) {
            Exit::No
        } else {
            Exit::Fine
        }
    }
}

impl File {
    fn text(&self) -> String {
        let path = &self.path;
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = match &self.result {
            Err(PlanError::Needs { bottle, .. }) => {
                writeln!(
                    text,
                    "wrong    {path}: it needs the bottle `{bottle}`, which is wrong"
                )
            }
            Err(_) => writeln!(text, "wrong    {path}"),
            Ok(tests) if tests.rules == 0 && tests.run.is_empty() => {
                writeln!(text, "ok       {path}")
            }
            Ok(tests) => {
                let held = tests.run.iter().filter(|test| test.holds).count();
                let covered = tests.rules.saturating_sub(tests.gaps.len());
                writeln!(
                    text,
                    "{}  {path}: {held} of {} tests hold, {covered} of {} rules are covered",
                    if held == tests.run.len() {
                        "ok     "
                    } else {
                        "failed "
                    },
                    tests.run.len(),
                    tests.rules,
                )
            }
        };
        let Ok(tests) = &self.result else {
            return text;
        };
        for test in tests.run.iter().filter(|test| !test.holds) {
            let said = test.reason.map_or_else(
                || "it is allowed".to_owned(),
                |code| format!("refused: {code}"),
            );
            let _ = writeln!(text, "  {path}:{}: `{}`: {said}", test.line, test.text);
        }
        for gap in &tests.gaps {
            let line = gap.line.map_or_else(String::new, |line| format!(":{line}"));
            let survived: Vec<String> = gap.survived.iter().map(ToString::to_string).collect();
            let _ = writeln!(
                text,
                "  {path}{line}: {}: no test notices when it is {}",
                gap.rule,
                survived.join(", or ")
            );
        }
        text
    }

    fn json(&self) -> Value {
        let (kind, name) = match &self.subject {
            Subject::Agent(name) => ("agent", name.to_string()),
            Subject::Bottle(name) => ("bottle", name.to_string()),
        };
        let (tests, gaps) = match &self.result {
            Ok(tests) => (
                tests.run.iter().map(Test::json).collect(),
                tests.gaps.iter().map(Gap::json).collect(),
            ),
            Err(_) => (Vec::new(), Vec::new()),
        };
        json!({
            "path": self.path,
            "kind": kind,
            "name": name,
            "ok": self.result.is_ok(),
            "errors": self.result.as_ref().err().map_or_else(Vec::new, errors),
            "tests": tests,
            "uncovered": gaps,
        })
    }
}

impl Test {
    fn json(&self) -> Value {
        json!({ "test": self.text, "line": self.line, "holds": self.holds, "denial": self.reason })
    }
}

impl Gap {
    fn json(&self) -> Value {
        let survived: Vec<String> = self.survived.iter().map(ToString::to_string).collect();
        json!({ "rule": self.rule, "line": self.line, "survived": survived })
    }
}

fn tests(resolved: &Resolved) -> Tests {
    let plan = &resolved.plan;
    let expectations: Vec<&Expectation> = resolved.expect.iter().map(|test| &test.value).collect();
    let outcomes = run_tests(plan, &expectations);
    let run = outcomes
        .iter()
        .zip(&resolved.expect)
        .map(|(outcome, test)| Test {
            text: test.value.to_string(),
            line: test.place.position.line,
            holds: outcome.holds(),
            reason: outcome.denial.as_ref().map(|denial| denial.code.as_str()),
        })
        .collect();
    let gaps = uncovered(plan, &expectations);
    Tests {
        run,
        gaps: gaps.into_iter().map(|each| gap(each, resolved)).collect(),
        rules: plan.routes.len() + plan.allowlist.len(),
    }
}

fn gap(uncovered: Uncovered, resolved: &Resolved) -> Gap {
    let (rule, key) = match uncovered.rule {
        Rule::Route(host) => (format!("the route for {host}"), PlanKey::Route(host)),
        Rule::Allowed(host) => (format!("the allowlist's {host}"), PlanKey::Allowed(host)),
    };
    let place = resolved.origins.get(&key).and_then(|origin| origin.place());
    Gap {
        rule,
        line: place.map(|place| place.position.line),
        survived: uncovered.survived,
    }
}
