//! The yardstick in C++: squid, which terminates TLS with `ssl_bump`.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::issuer::Issuer;
use crate::origin::Origin;
use crate::process::{Process, free_address};
use crate::proxy::{Proxy, program};

/// The program.
const PROGRAM: &str = "squid";

/// Its helper that issues certificates, where distributions have it.
const HELPERS: [&str; 3] = [
    "/usr/lib/squid/security_file_certgen",
    "/usr/lib64/squid/security_file_certgen",
    "/usr/libexec/squid/security_file_certgen",
];

/// Squid with `ssl_bump`, without its cache.
pub(crate) struct Squid;

impl Proxy for Squid {
    fn name(&self) -> &'static str {
        PROGRAM
    }

    fn missing(&self) -> Option<&'static str> {
        if program(PROGRAM).is_none() {
            return Some("no `squid` on PATH (Debian: squid-openssl)");
        }
        let missing = "squid is built without OpenSSL (Debian: squid-openssl)";
        (helper().is_none() || !is_built_with_openssl()).then_some(missing)
    }

    fn speaks_http2(&self) -> bool {
        false
    }

    fn prepare(&self, folder: &Path, origin: &Origin) -> Result<()> {
        fs::copy(&origin.authority, folder.join("origin-ca.pem"))?;
        let Issuer { certificate, key } = Issuer::new("squid of the bench")?;
        fs::write(folder.join("ca.pem"), certificate)?;
        fs::write(folder.join("ca-key.pem"), key)?;
        let mut make = Command::new(helper().unwrap_or_default());
        make.arg("-c")
            .arg("-s")
            .arg(folder.join("certificates"))
            .args(["-M", "4MB"])
            .stdout(Stdio::null());
        ensure!(make.status()?.success(), "cannot make squid's store");
        Ok(())
    }

    fn launch(&self, folder: &Path) -> Result<(Process, SocketAddr)> {
        let address = free_address()?;
        let settings = folder.join("squid.conf");
        fs::write(&settings, configuration(folder, address))?;
        open_to_all(folder)?;
        let mut command = Command::new(PROGRAM);
        command.arg("-N").arg("-f").arg(&settings);
        Ok((Process::spawn(command, folder)?, address))
    }

    fn authority(&self, folder: &Path) -> PathBuf {
        folder.join("ca.pem")
    }
}

fn helper() -> Option<&'static str> {
    HELPERS.into_iter().find(|path| Path::new(path).is_file())
}

fn is_built_with_openssl() -> bool {
    let told = Command::new(PROGRAM).arg("-v").output();
    told.is_ok_and(|told| String::from_utf8_lossy(&told.stdout).contains("--with-openssl"))
}

fn configuration(folder: &Path, address: SocketAddr) -> String {
    let (folder, helper) = (folder.display(), helper().unwrap_or_default());
    format!(
        "http_port {address} ssl-bump generate-host-certificates=on dynamic_cert_mem_cache_size=4MB \
         tls-cert={folder}/ca.pem tls-key={folder}/ca-key.pem
sslcrtd_program {helper} -s {folder}/certificates -M 4MB
sslcrtd_children 2 startup=1 idle=1
tls_outgoing_options cafile={folder}/origin-ca.pem
acl hello at_step SslBump1
ssl_bump peek hello
ssl_bump bump all
http_access allow all
cache deny all
cache_mem 8 MB
access_log none
cache_log {folder}/cache.log
coredump_dir {folder}
pid_filename none
pinger_enable off
shutdown_lifetime 0 seconds
"
    )
}

/// Started as root, squid becomes another user, who must get at its files. There is nothing in them but this run's.
fn open_to_all(path: &Path) -> Result<()> {
    if !path.is_dir() {
        return Ok(fs::set_permissions(path, Permissions::from_mode(0o666))?);
    }
    fs::set_permissions(path, Permissions::from_mode(0o777))?;
    for entry in fs::read_dir(path)? {
        open_to_all(&entry?.path())?;
    }
    Ok(())
}
