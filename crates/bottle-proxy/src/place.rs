//! Which destination a request is for, when everything that names one agrees.

use bottle_core::{Guard, Port};
use bottle_egress::{DenialCode, Scheme};
use http::header::HOST;
use http::{HeaderMap, Uri};

use crate::authority::{Authority, Name};

/// Scheme and authority of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// How it is asked for.
    pub(crate) scheme: Scheme,
    /// Whom it is for.
    pub(crate) authority: Authority,
}

/// A request that names no destination, or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Misplaced(pub(crate) DenialCode);

impl Place {
    /// The destination of a request; `tunnel` is what CONNECT named when it came through one.
    ///
    /// # Errors
    ///
    /// [`Misplaced`] when the request line, `Host` and the tunnel do not all say the same.
    pub(crate) fn of(
        tunnel: Option<&Self>,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Self, Misplaced> {
        let url = uri
            .scheme_str()
            .map(|scheme| Self::of_url(scheme, uri))
            .transpose()?;
        if uri.authority().is_some() && uri.scheme().is_none() {
            return Err(Misplaced(DenialCode::HttpMalformed));
        }
        // Who wants https asks with CONNECT; in clear it would not be what it says.
        if tunnel.is_none()
            && url
                .as_ref()
                .is_some_and(|place| place.scheme == Scheme::Https)
            && Guard::HttpsInTunnel.is_on()
        {
            return Err(Misplaced(DenialCode::ProtoScheme));
        }
        let scheme = url
            .as_ref()
            .or(tunnel)
            .map_or(Scheme::Http, |place| place.scheme);
        let known = tunnel.map(|tunnel| &tunnel.authority);
        let host = of_host(headers, default_port(scheme), known)?;
        let host = host.map(|authority| Self { scheme, authority });
        let mut named = [tunnel.cloned(), url, host].into_iter().flatten();
        let first = named.next().ok_or(Misplaced(DenialCode::HttpMalformed))?;
        if named.any(|other| other != first) && Guard::OneAuthority.is_on() {
            return Err(Misplaced(DenialCode::AuthorityMismatch));
        }
        let absolute = tunnel.is_some() || uri.scheme().is_some();
        if !absolute && first.authority.name != Name::Local && Guard::AbsoluteForm.is_on() {
            return Err(Misplaced(DenialCode::HttpMalformed));
        }
        let clear_on_443 = first.scheme == Scheme::Http && first.authority.port == Port::HTTPS;
        if clear_on_443 && Guard::HttpsInTunnel.is_on() {
            return Err(Misplaced(DenialCode::ProtoScheme));
        }
        Ok(first)
    }

    fn of_url(scheme: &str, uri: &Uri) -> Result<Self, Misplaced> {
        let scheme = match scheme {
            name if name.eq_ignore_ascii_case("http") => Scheme::Http,
            name if name.eq_ignore_ascii_case("https") => Scheme::Https,
            _ => return Err(Misplaced(DenialCode::ProtoScheme)),
        };
        let text = uri
            .authority()
            .map(http::uri::Authority::as_str)
            .unwrap_or_default();
        let authority = Authority::parse(text, Some(default_port(scheme)));
        authority
            .map(|authority| Self { scheme, authority })
            .map_err(|_| Misplaced(DenialCode::HostInvalid))
    }
}

/// What `Host` names. What is spelled like the `known` authority is not read again.
fn of_host(
    headers: &HeaderMap,
    default_port: Port,
    known: Option<&Authority>,
) -> Result<Option<Authority>, Misplaced> {
    let mut values = headers.get_all(HOST).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    // HTTP/1.1 was looked at letter by letter before; HTTP/2 was not.
    if values.next().is_some() {
        return Err(Misplaced(DenialCode::HttpMalformed));
    }
    let text = value
        .to_str()
        .map_err(|_| Misplaced(DenialCode::HostInvalid))?;
    if let Some(known) = known.filter(|known| known.is_plainly(text, default_port)) {
        return Ok(Some(known.clone()));
    }
    match Authority::parse(text, Some(default_port)) {
        Ok(authority) => Ok(Some(authority)),
        Err(_) => Err(Misplaced(DenialCode::HostInvalid)),
    }
}

/// The port that a URL of this scheme means when it names none.
pub(crate) const fn default_port(scheme: Scheme) -> Port {
    match scheme {
        Scheme::Http => Port::HTTP,
        Scheme::Https => Port::HTTPS,
    }
}

#[cfg(test)]
mod tests {
    use super::{Misplaced, Place};
    use crate::authority::Authority;
    use bottle_egress::{DenialCode, Scheme};
    use http::{HeaderMap, HeaderValue};

    fn place(
        tunnel: Option<(Scheme, &str)>,
        url: &str,
        host: Option<&str>,
    ) -> Result<String, Misplaced> {
        let tunnel = tunnel.map(|(scheme, text)| Place {
            scheme,
            authority: Authority::parse(text, None).unwrap(),
        });
        let mut headers = HeaderMap::new();
        if let Some(host) = host {
            headers.insert("host", HeaderValue::from_str(host).unwrap());
        }
        Place::of(tunnel.as_ref(), &url.parse().unwrap(), &headers)
            .map(|place| place.authority.to_string())
    }

    #[test]
    fn agreement_passes() {
        let tls = Some((Scheme::Https, "ok.test:443"));
        assert_eq!(place(tls, "/x", Some("OK.test")), Ok("ok.test:443".into()));
        assert_eq!(
            place(tls, "/x", Some("ok.test:443")),
            Ok("ok.test:443".into())
        );
        assert_eq!(
            place(tls, "https://ok.test/x", Some("ok.test")),
            Ok("ok.test:443".into())
        );
        assert_eq!(
            place(None, "http://ok.test/x", Some("ok.test")),
            Ok("ok.test:80".into())
        );
        assert_eq!(
            place(None, "http://ok.test:8080/x", Some("ok.test:8080")),
            Ok("ok.test:8080".into())
        );
        assert_eq!(
            place(None, "/allowlist", Some("_egress.local")),
            Ok("_egress.local:80".into())
        );
    }

    #[test]
    fn disagreement_is_refused() {
        let tls = Some((Scheme::Https, "ok.test:443"));
        let plain = Some((Scheme::Http, "ok.test:443"));
        for (tunnel, url, host, code) in [
            (tls, "/", Some("two.test"), DenialCode::AuthorityMismatch),
            (
                tls,
                "/",
                Some("ok.test:8443"),
                DenialCode::AuthorityMismatch,
            ),
            (
                tls,
                "https://two.test/",
                Some("ok.test"),
                DenialCode::AuthorityMismatch,
            ),
            (
                tls,
                "http://ok.test/",
                Some("ok.test"),
                DenialCode::AuthorityMismatch,
            ),
            (plain, "/", Some("ok.test:443"), DenialCode::ProtoScheme),
            (
                None,
                "http://ok.test/",
                Some("evil.test"),
                DenialCode::AuthorityMismatch,
            ),
            (
                None,
                "https://ok.test/",
                Some("ok.test"),
                DenialCode::ProtoScheme,
            ),
            (
                None,
                "ftp://ok.test/",
                Some("ok.test"),
                DenialCode::ProtoScheme,
            ),
            (
                None,
                "http://a@ok.test/",
                Some("ok.test"),
                DenialCode::HostInvalid,
            ),
            (None, "/", Some("ok.test"), DenialCode::HttpMalformed),
            (None, "/", None, DenialCode::HttpMalformed),
            (tls, "/", Some(""), DenialCode::HostInvalid),
        ] {
            assert_eq!(
                place(tunnel, url, host),
                Err(Misplaced(code)),
                "{url} {host:?}"
            );
        }
    }
}
