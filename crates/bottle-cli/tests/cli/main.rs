//! What the program prints and how it ends, without an engine.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod dashboard;
#[cfg(test)]
mod picture;
#[cfg(test)]
#[path = "../docker/support/screen.rs"]
mod screen;
#[cfg(test)]
mod suggest;

/// Sends a signal to a process.
#[cfg(test)]
fn signal(pid: u32, name: &str) {
    let mut kill = std::process::Command::new("kill");
    let status = kill.args(["-s", name, &pid.to_string()]).status().unwrap();
    assert!(status.success());
}
