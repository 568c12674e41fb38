//! Labels: bottle's own, and those by which `docker compose` finds a project.

use std::collections::HashMap;

/// The run that something belongs to.
pub(crate) const IDENTITY: &str = "bottle.identity";
/// The home that a run belongs to.
pub(crate) const HOME: &str = "bottle.home";
/// Which container of a bottle it is.
pub(crate) const SERVICE: &str = "bottle.service";

/// The project of a container or a network.
pub(crate) const PROJECT: &str = "com.docker.compose.project";
/// The service of a container.
pub(crate) const COMPOSE_SERVICE: &str = "com.docker.compose.service";
/// The key of a network in its file.
pub(crate) const NETWORK: &str = "com.docker.compose.network";
/// What compose hashes to see whether a service has changed; without it `ps` and `logs` leave a container out.
pub(crate) const CONFIG_HASH: &str = "com.docker.compose.config-hash";
/// The release of compose whose labels these are: measured with 2.26 and 2.40.
pub(crate) const VERSION: (&str, &str) = ("com.docker.compose.version", "2.26.1");

/// The filter of a listing for things with all of these labels.
pub(crate) fn filter(labels: &[(&str, &str)]) -> HashMap<String, Vec<String>> {
    let wanted = labels
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    HashMap::from([("label".to_owned(), wanted)])
}

/// Labels of both kinds for one container of a project.
pub(crate) fn container(
    project: &str,
    service: &str,
    place: Option<&bottle_run::backend::UpOptions>,
) -> HashMap<String, String> {
    let mut labels = owned(&[
        (PROJECT, project),
        (COMPOSE_SERVICE, service),
        ("com.docker.compose.container-number", "1"),
        ("com.docker.compose.oneoff", "False"),
        ("com.docker.compose.depends_on", ""),
        VERSION,
    ]);
    if let Some(place) = place {
        let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
        labels.extend([
            (
                "com.docker.compose.project.config_files".to_owned(),
                path(&place.config_file),
            ),
            (
                "com.docker.compose.project.working_dir".to_owned(),
                path(&place.working_dir),
            ),
        ]);
    }
    labels
}

/// Labels as an engine takes them.
pub(crate) fn owned(labels: &[(&str, &str)]) -> HashMap<String, String> {
    labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
