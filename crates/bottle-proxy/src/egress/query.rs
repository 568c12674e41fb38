//! Keys that the agent puts into the query.

use bottle_egress::parameter_name;

/// Parameters in which services take a key, in one spelling. Sorted.
const KEYS: [&str; 29] = [
    "access_key",
    "access_token",
    "accesstoken",
    "api_key",
    "api_token",
    "apikey",
    "apitoken",
    "app_key",
    "application_key",
    "auth_key",
    "auth_token",
    "authorization",
    "authtoken",
    "bearer_token",
    "client_secret",
    "job_token",
    "key",
    "oauth_token",
    "ocp_apim_subscription_key",
    "private_token",
    "refresh_token",
    "session_token",
    "subscription_key",
    "token",
    "x_amz_credential",
    "x_amz_security_token",
    "x_amz_signature",
    "x_api_key",
    "x_goog_signature",
];

/// The signature of a shared access signature, which is a key beside one of the two others; alone it may be anything.
const SIGNATURE: &str = "sig";
const BESIDE_SIGNATURE: [&str; 2] = ["se", "sv"];

/// Whether a parameter of the query is named like a key.
pub(super) fn has_key(target: &str) -> bool {
    let Some((_, query)) = target.split_once('?') else {
        return false;
    };
    let (mut signature, mut beside) = (false, false);
    for parameter in query.split(['&', ';']) {
        let name = parameter.split('=').next().unwrap_or_default();
        let name = parameter_name(name);
        if KEYS.binary_search(&name.as_str()).is_ok() {
            return true;
        }
        signature |= name == SIGNATURE;
        beside |= BESIDE_SIGNATURE.contains(&name.as_str());
    }
    signature && beside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_the_query_are_seen_in_any_spelling() {
        assert!(KEYS.is_sorted());
        for target in [
            "/x?key=1",
            "/x?a=1&API_KEY=2",
            "/x?%6bey=1",
            "/x?a;access_token=1",
            "/x?token",
            "/x?key[]=1",
            "/x?key%5B0%5D=1",
            "/x?%20key=1",
            "/x?+key+=1",
            "/x?key%00x=1",
            "/x?api.key=1",
            "/x?Subscription-Key=1",
            "/x?api_token=1",
            "/x?X-Amz-Signature=1",
            "/x?X-Amz-Credential=1",
            "/x?X-Goog-Signature=1",
            "/x?sv=2022-11-02&sig=x",
        ] {
            assert!(has_key(target), "{target}");
        }
        for target in [
            "/x",
            "/key=1",
            "/x?monkey=1",
            "/x?q=key",
            "/x?page_token=1",
            "/x?sig=1",
            "/x?sv=1",
            "/x?keys=1",
            "/x?[key]=1",
            "/x?",
        ] {
            assert!(!has_key(target), "{target}");
        }
    }
}
