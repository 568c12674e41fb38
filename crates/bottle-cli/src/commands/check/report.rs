//! What `bottle check` found.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use bottle_core::{Expectation, Place, PlanError, PlanKey, Resolved, Subject};
use bottle_egress::{Rule, Uncovered, run_tests, uncovered};
use serde_json::{Value, json};

use crate::args::CheckArgs;
use crate::diagnostic_json::errors;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::skills::{self, NoSkill};

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
    /// What an agent names and the user does not have.
    no_skills: Vec<NoSkill>,
}

#[derive(Debug)]
struct Test {
    text: String,
    at: At,
    holds: bool,
    reason: Option<&'static str>,
}

#[derive(Debug)]
struct Gap {
    rule: String,
    at: Option<At>,
    /// Changes that no test notices.
    survived: Vec<String>,
}

/// A place as it is shown: an inherited one lies in another file.
#[derive(Debug)]
struct At {
    file: String,
    line: usize,
}

impl At {
    fn new(host: &HostSide, place: &Place) -> Self {
        Self {
            file: host.short(place.file.name.as_ref()),
            line: place.position.line,
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Report {
    /// Notes one file; a bottle's tests are run.
    pub(super) fn add(
        &mut self,
        host: &HostSide,
        path: &Path,
        subject: &Subject,
        result: Result<Resolved, PlanError>,
    ) {
        let result = result.map(|resolved| match subject {
            Subject::Bottle(_) => tests(host, &resolved),
            Subject::Agent(_) => Tests {
                no_skills: skills::missing(&resolved.plan.skills),
                ..Tests::default()
            },
        });
        self.files.push(File {
            path: host.short(path),
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
                let text = bottle_core::causes(error.innermost());
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
        let wrong = |file: &File| {
            file.result
                .as_ref()
                .map_or(true, |tests| !tests.no_skills.is_empty())
        };
        if self.files.iter().any(wrong) {
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
        let lines = self.result.iter().flat_map(Tests::lines);
        lines.fold(self.headline() + "\n", |text, line| {
            text + "  " + &line + "\n"
        })
    }

    fn headline(&self) -> String {
        let path = &self.path;
        match &self.result {
            Err(PlanError::Needs { bottle, .. }) => {
                format!("wrong    {path}: it needs the bottle `{bottle}`, which is wrong")
            }
            Err(_) => format!("wrong    {path}"),
            Ok(tests) if !tests.no_skills.is_empty() => format!("wrong    {path}"),
            Ok(tests) if tests.rules == 0 && tests.run.is_empty() => format!("ok       {path}"),
            Ok(tests) => {
                let held = tests.run.iter().filter(|test| test.holds).count();
                let all = tests.run.len();
                let word = if held == all { "ok    " } else { "failed" };
                let covered = tests.rules.saturating_sub(tests.gaps.len());
                let rules = tests.rules;
                format!(
                    "{word}   {path}: {held} of {all} tests hold, {covered} of {rules} rules are covered"
                )
            }
        }
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
        let errors = match &self.result {
            Ok(tests) => tests.no_skills.iter().map(NoSkill::json).collect(),
            Err(error) => errors(error),
        };
        json!({
            "path": self.path,
            "kind": kind,
            "name": name,
            "ok": errors.is_empty(),
            "errors": errors,
            "tests": tests,
            "uncovered": gaps,
        })
    }
}

impl Tests {
    /// What did not hold, and what is left open.
    fn lines(&self) -> Vec<String> {
        let skills = self.no_skills.iter().map(ToString::to_string);
        let failed = self.run.iter().filter(|test| !test.holds).map(Test::line);
        let gaps = self.gaps.iter().map(Gap::line);
        skills.chain(failed).chain(gaps).collect()
    }
}

impl Test {
    fn line(&self) -> String {
        let said = match self.reason {
            None => "it is allowed".to_owned(),
            Some(code) => format!("refused: {code}"),
        };
        format!("{}: `{}`: {said}", self.at, self.text)
    }

    fn json(&self) -> Value {
        json!({ "test": self.text, "file": self.at.file, "line": self.at.line, "holds": self.holds, "denial": self.reason })
    }
}

impl Gap {
    fn line(&self) -> String {
        let at = self
            .at
            .as_ref()
            .map_or_else(String::new, |at| format!("{at}: "));
        format!(
            "{at}{}: no test notices when it is {}",
            self.rule,
            self.survived.join(", or ")
        )
    }

    fn json(&self) -> Value {
        let at = self.at.as_ref();
        json!({
            "rule": self.rule,
            "file": at.map(|at| &at.file),
            "line": at.map(|at| at.line),
            "survived": self.survived,
        })
    }
}

fn tests(host: &HostSide, resolved: &Resolved) -> Tests {
    let plan = &resolved.plan;
    let expect = resolved.expect();
    let expectations: Vec<&Expectation> = expect.iter().map(|test| &test.value).collect();
    let outcomes = run_tests(plan, &expectations);
    let run = outcomes
        .iter()
        .zip(expect)
        .map(|(outcome, test)| Test {
            text: test.value.to_string(),
            at: At::new(host, &test.place),
            holds: outcome.holds(),
            reason: outcome.denial.as_ref().map(|denial| denial.code.as_str()),
        })
        .collect();
    let gaps = uncovered(plan, &expectations);
    Tests {
        run,
        gaps: gaps
            .into_iter()
            .map(|each| gap(host, each, resolved))
            .collect(),
        rules: plan.routes.len() + plan.allowlist.len(),
        no_skills: Vec::new(),
    }
}

fn gap(host: &HostSide, uncovered: Uncovered, resolved: &Resolved) -> Gap {
    let (rule, key) = match uncovered.rule {
        Rule::Route(host) => (format!("the route for {host}"), PlanKey::Route(host)),
        Rule::Allowed(host) => (format!("the allowlist's {host}"), PlanKey::Allowed(host)),
    };
    let place = resolved.origins.get(&key).and_then(|origin| origin.place());
    Gap {
        rule,
        at: place.map(|place| At::new(host, place)),
        survived: uncovered.survived.iter().map(ToString::to_string).collect(),
    }
}
