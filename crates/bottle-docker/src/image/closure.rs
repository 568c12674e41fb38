//! Which files an executable needs to run where there is nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;

use elf::ElfBytes;
use elf::abi::PT_INTERP;
use elf::endian::AnyEndian;

use super::ImageError;

/// The shared libraries of a dynamic executable with its loader, absolute; none of a static one.
pub(super) fn libraries(program: &Path, bytes: &[u8]) -> Result<Vec<PathBuf>, ImageError> {
    if loader(program, bytes)?.is_none() {
        return Ok(Vec::new());
    }
    // What `ldd` does: the loader lists and exits, the program does not run.
    let output = Command::new(program)
        .env("LD_TRACE_LOADED_OBJECTS", "1")
        .output()
        .map_err(|source| ImageError::Read {
            path: program.to_owned(),
            source,
        })?;
    Ok(listed(&String::from_utf8_lossy(&output.stdout)))
}

/// The loader that an executable asks for; none of a static one.
pub(super) fn loader(program: &Path, bytes: &[u8]) -> Result<Option<PathBuf>, ImageError> {
    let not_executable = || ImageError::Executable {
        path: program.to_owned(),
    };
    let elf = ElfBytes::<AnyEndian>::minimal_parse(bytes).map_err(|_| not_executable())?;
    let mut segments = elf.segments().ok_or_else(not_executable)?.iter();
    let Some(segment) = segments.find(|segment| segment.p_type == PT_INTERP) else {
        return Ok(None);
    };
    let named = elf.segment_data(&segment).map_err(|_| not_executable())?;
    let named = String::from_utf8_lossy(named);
    Ok(Some(PathBuf::from(named.trim_end_matches('\0'))))
}

/// The paths in lines like `libc.so.6 => /lib/libc.so.6 (0x…)` and `/lib64/ld.so (0x…)`.
fn listed(text: &str) -> Vec<PathBuf> {
    let path = |line: &str| {
        let line = line.split_once("=>").map_or(line, |(_, path)| path).trim();
        let path = line.rsplit_once(" (").map_or(line, |(path, _)| path);
        path.starts_with('/').then(|| PathBuf::from(path))
    };
    text.lines().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loaders_list() {
        let text = "\tlinux-vdso.so.1 (0x00007ffc)\n\tlibc.so.6 => /lib/x/libc.so.6 (0x00007f)\n\t/lib64/ld-linux.so.2 (0x00007f)\n";
        let paths = ["/lib/x/libc.so.6", "/lib64/ld-linux.so.2"].map(PathBuf::from);
        assert_eq!(listed(text), paths);
    }

    #[test]
    fn a_script_is_no_executable() {
        let error = libraries(Path::new("/x"), b"#!/bin/sh\n").unwrap_err();
        assert_eq!(error.to_string(), "/x is not an executable of Linux");
    }
}
