//! A certificate authority: its own certificate, and the leaf certificates that it signs.

use std::fmt;
use std::net::IpAddr;

use bottle_core::Host;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use time::{Duration, OffsetDateTime};

use crate::error::CaError;
use crate::key::Key;
use crate::serial::Serial;

/// How far a certificate reaches back: clocks of containers and hosts differ by minutes.
const BACKDATED: Duration = Duration::hours(1);
/// How long a leaf is valid. They are made as they are needed.
const LEAF_LIFETIME: Duration = Duration::days(7);

/// What the certificate of an authority says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaSpec {
    /// Its common name.
    pub common_name: String,
    /// How long it is valid from now on.
    pub lifetime: Duration,
}

/// The certificate of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaCertificate {
    der: Vec<u8>,
}

impl CaCertificate {
    /// As DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// As PEM.
    pub fn to_pem(&self) -> String {
        pem::encode(&pem::Pem::new("CERTIFICATE", self.der.clone()))
    }
}

/// Issues the self-signed certificate of an authority: critical basic constraints with path length 0, key usage for
/// signing certificates and lists, subject key identifier; valid from an hour ago.
///
/// # Errors
///
/// [`CaError`] when the times or the key cannot be used.
pub fn issue_ca(
    spec: &CaSpec,
    key: &Key,
    serial: Serial,
    now: OffsetDateTime,
) -> Result<CaCertificate, CaError> {
    let mut params = params(&spec.common_name, serial);
    (params.not_before, params.not_after) = validity(now, spec.lifetime)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(key.pair()).map_err(CaError::Issue)?;
    Ok(CaCertificate {
        der: certificate.der().to_vec(),
    })
}

/// Whom a leaf certificate is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeafName {
    /// A host by name.
    Dns(Host),
    /// An address.
    Ip(IpAddr),
}

/// A leaf certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    der: Vec<u8>,
}

impl Leaf {
    /// As DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

/// An authority that can sign.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// Reads an authority's certificate and private key.
    ///
    /// # Errors
    ///
    /// [`CaError`] when one of the two is not what it should be.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, CaError> {
        let key = Key::from_pem(key)?.into_pair();
        let issuer =
            Issuer::from_ca_cert_pem(certificate, key).map_err(CaError::CertificateFile)?;
        Ok(Self { issuer })
    }

    /// Issues a server certificate: one subject alternative name, authority and subject key identifiers, key usage for
    /// signatures, extended key usage for servers; valid from an hour ago for seven days.
    ///
    /// # Errors
    ///
    /// [`CaError`] when the times or the key cannot be used.
    pub fn issue_leaf(
        &self,
        name: &LeafName,
        key: &Key,
        serial: Serial,
        now: OffsetDateTime,
    ) -> Result<Leaf, CaError> {
        let mut params = params("", serial);
        params.distinguished_name = DistinguishedName::new();
        (params.not_before, params.not_after) = validity(now, LEAF_LIFETIME)?;
        params.subject_alt_names = vec![alternative_name(name)?];
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params
            .signed_by(key.pair(), &self.issuer)
            .map_err(CaError::Issue)?;
        Ok(Leaf {
            der: certificate.der().to_vec(),
        })
    }
}

fn alternative_name(name: &LeafName) -> Result<SanType, CaError> {
    match name {
        LeafName::Dns(host) => host
            .as_str()
            .try_into()
            .map(SanType::DnsName)
            .map_err(CaError::Issue),
        LeafName::Ip(address) => Ok(SanType::IpAddress(*address)),
    }
}

fn params(common_name: &str, serial: Serial) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.serial_number = Some(serial.to_number());
    params
}

fn validity(
    now: OffsetDateTime,
    lifetime: Duration,
) -> Result<(OffsetDateTime, OffsetDateTime), CaError> {
    let from = now.checked_sub(BACKDATED).ok_or(CaError::Calendar)?;
    let until = now.checked_add(lifetime).ok_or(CaError::Calendar)?;
    Ok((from, until))
}
