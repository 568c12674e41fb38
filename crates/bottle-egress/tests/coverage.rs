//! Policy tests and what they leave uncovered.
#![cfg(test)]

use bottle_core::{BottlePlan, Expectation, Provider, RouteSpec};
use bottle_egress::{DenialCode, run_tests, uncovered};

fn plan() -> BottlePlan {
    let route = RouteSpec {
        path_allowlist: vec!["/v1".parse().unwrap(), "/v2".parse().unwrap()],
        methods: ["GET".parse().unwrap(), "POST".parse().unwrap()].into(),
        ports: [443_u16, 8443].map(|port| port.try_into().unwrap()).into(),
        ..RouteSpec::bare("api.example.com".parse().unwrap())
    };
    BottlePlan {
        routes: vec![route],
        allowlist: vec![
            "*.cdn.example.org".parse().unwrap(),
            "example.net".parse().unwrap(),
        ],
        ..BottlePlan::new(
            "dev".parse().unwrap(),
            "dev".parse().unwrap(),
            Provider::Command,
        )
    }
}

fn tests(texts: &[&str]) -> Vec<Expectation> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// What survives, rule by rule, as it is shown.
fn gaps(texts: &[&str]) -> Vec<String> {
    let expected = tests(texts);
    let expected: Vec<&Expectation> = expected.iter().collect();
    let show = |gap: bottle_egress::Uncovered| {
        let survived: Vec<String> = gap.survived.iter().map(ToString::to_string).collect();
        format!("{:?}: {}", gap.rule, survived.join("; "))
    };
    uncovered(&plan(), &expected)
        .into_iter()
        .map(show)
        .collect()
}

const ALL: [&str; 12] = [
    "allow GET https://api.example.com/v1/x",
    "allow POST https://api.example.com/v2",
    "allow GET https://api.example.com:8443/v1",
    "deny GET http://api.example.com/v1",
    "deny PUT https://api.example.com/v1",
    "deny GET https://api.example.com/v3",
    "deny GET https://www.example.com/v1",
    "allow GET https://a.cdn.example.org/",
    "deny GET https://b.a.cdn.example.org/",
    "allow GET https://example.net/",
    "deny GET https://10.0.0.1/",
    "deny POST https://api.example.com/v1/x.git/git-receive-pack",
];

#[test]
fn a_test_holds_or_says_what_was_refused() {
    let tests = tests(&ALL);
    let tests: Vec<&Expectation> = tests.iter().collect();
    for outcome in run_tests(&plan(), &tests) {
        assert!(outcome.holds(), "{}", outcome.expectation);
    }
    let wrong: Expectation = "allow GET https://api.example.com/v3".parse().unwrap();
    let outcomes = run_tests(&plan(), &[&wrong]);
    assert!(!outcomes[0].holds());
    assert_eq!(
        outcomes[0].denial.as_ref().unwrap().code,
        DenialCode::PathNotAllowed
    );
}

#[test]
fn good_tests_leave_nothing_uncovered() {
    assert_eq!(gaps(&ALL), [""; 0]);
}

#[test]
fn each_test_is_there_for_a_reason() {
    // The last two are about what no rule can grant.
    for (number, left_out) in ALL.iter().enumerate().take(10) {
        let rest: Vec<&str> = ALL
            .iter()
            .filter(|text| text != &left_out)
            .copied()
            .collect();
        // `/v1` and 443 are asked for twice.
        let spare = number == 0;
        assert_eq!(gaps(&rest).is_empty(), spare, "without `{left_out}`");
    }
}

#[test]
fn without_tests_every_rule_is_uncovered() {
    insta::assert_snapshot!(gaps(&[]).join("\n"));
}
