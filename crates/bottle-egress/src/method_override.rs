//! Another method in the query: frameworks take it for the request's, since a form can only ask with GET and POST.

use std::borrow::Cow;

use crate::spelling::{contains, decoded, parameter_name};

/// Parameters in which a method is looked for, in one spelling: Rails, Laravel and Symfony; older Django and Tornado;
/// Google; those that read the header of this name from the query, too.
const PARAMETERS: [&str; 4] = [
    "_method",
    "_http_method",
    "$httpmethod",
    "x_http_method_override",
];

/// What all of them have in them: most names are told apart by it without being put into one spelling.
const WORD: &str = "method";

/// The methods that a query names, in capitals.
pub(crate) fn named_methods(query: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let parameters = query.split(['&', ';']);
    let pairs = parameters.filter_map(|parameter| parameter.split_once('='));
    let named = pairs.filter(|(name, _)| is_one(name));
    named.map(|(_, method)| upper(decoded(method)))
}

fn is_one(name: &str) -> bool {
    contains(&decoded(name), WORD) && PARAMETERS.contains(&parameter_name(name).as_str())
}

fn upper(method: Cow<'_, str>) -> Cow<'_, str> {
    if method.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(method.to_ascii_uppercase())
    } else {
        method
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_seen_in_every_spelling() {
        for query in [
            "_method=DELETE",
            "a=1&_method=delete",
            "a;_METHOD=Delete",
            "%5fmethod=%44ELETE",
            "_method[]=DELETE",
            "+_method=DELETE",
            "_method%00x=DELETE",
            "$httpMethod=DELETE",
            "X-HTTP-Method-Override=DELETE",
            ".method=DELETE",
            "%20_method%20=DELETE",
        ] {
            let named: Vec<_> = named_methods(query).collect();
            assert_eq!(named, ["DELETE"], "{query}");
        }
        for query in [
            "",
            "method=DELETE",
            "q=_method",
            "x_method=DELETE",
            "_methods=DELETE",
        ] {
            assert_eq!(named_methods(query).next(), None, "{query}");
        }
    }
}
