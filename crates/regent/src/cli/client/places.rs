//! Where the command line keeps things, and how it writes there: for its owner alone, whole or not at all, one at a time.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::environment;
use crate::entropy;

/// Nothing that this command line reads from a file of its own is larger.
const FILE_LIMIT_BYTES: u64 = 1 << 20;

/// The folders of the XDG base directory specification, or what it says to use instead.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// `$XDG_CONFIG_HOME/regent`: which server.
    pub(super) config: PathBuf,
    /// `$XDG_CACHE_HOME/regent`: logins and credentials, encrypted.
    pub(super) cache: PathBuf,
    /// `$XDG_RUNTIME_DIR/regent`: gone when the person has logged out of the machine. Not every system has it.
    pub(super) runtime: Option<PathBuf>,
}

impl Places {
    pub(super) fn find() -> anyhow::Result<Self> {
        let home = environment::folder("HOME");
        let of = |variable, under: &str| {
            environment::folder(variable)
                .or_else(|| home.as_ref().map(|home| home.join(under)))
                .map(|folder| folder.join("regent"))
                .with_context(|| {
                    format!("neither `{variable}` nor `HOME` is set: set one to an absolute path")
                })
        };
        Ok(Self {
            config: of("XDG_CONFIG_HOME", ".config")?,
            cache: of("XDG_CACHE_HOME", ".cache")?,
            runtime: environment::folder("XDG_RUNTIME_DIR").map(|folder| folder.join("regent")),
        })
    }
}

/// Makes a folder for its owner alone; one that others may look into is closed to them.
pub(super) fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    if path.metadata()?.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(path, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Replaces a file in one step: whoever reads it sees the old or the new, never a part.
pub(super) fn replace(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<()> {
    let beside = beside(path)?;
    let written = create(&beside, mode)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::set_permissions(&beside, Permissions::from_mode(mode)))
        .and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Finds out whether a file could be replaced, for when it would be too late to learn it afterwards.
pub(super) fn try_replacing(path: &Path, mode: u32) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let beside = beside(path)?;
    create(&beside, mode)?;
    std::fs::remove_file(&beside)
}

/// A path of nothing yet, in the same folder.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let random = entropy::bytes::<8>().map_err(io::Error::other)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(path.with_file_name(format!(".{name}.{}", HEXLOWER.encode(&random))))
}

fn create(path: &Path, mode: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

/// Reads a file of bounded size; none if there is no such file.
pub(super) fn read(path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(16 * 1024));
    file.take(FILE_LIMIT_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_LIMIT_BYTES {
        return Err(io::Error::other("the file is larger than 1 MiB"));
    }
    Ok(Some(bytes))
}

/// A lock that only one process holds. It ends with the value, or with the process however that ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until nobody else has it. The file stays: removing it would let two hold it.
    pub(super) fn wait(path: &Path) -> io::Result<Self> {
        let file = Self::file(path)?;
        file.lock()?;
        Ok(Self { _file: file })
    }

    /// Waits for it and lets others of this process go on meanwhile.
    pub(super) async fn take(path: PathBuf) -> io::Result<Self> {
        tokio::task::spawn_blocking(move || Self::wait(&path)).await.map_err(io::Error::other)?
    }

    /// Takes it if nobody has it.
    pub(super) fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = Self::file(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }

    fn file(path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_others_may_look_into_is_closed_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        private_folder(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_file_is_replaced_whole_with_its_mode_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (mode, text) in [(0o600, "one"), (0o644, "two")] {
            replace(&path, mode, text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn whether_a_file_can_be_replaced_is_found_out_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("old"), "one").unwrap();
        for (name, can) in
            [("old", true), ("new", true), ("missing/new", false), ("old/new", false), (".", false)]
        {
            assert_eq!(try_replacing(&folder.path().join(name), 0o600).is_ok(), can, "{name}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(std::fs::read_to_string(folder.path().join("old")).unwrap(), "one");
    }

    #[test]
    fn a_lock_has_one_holder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::wait(&path).unwrap();
        assert!(Lock::try_take(&path).unwrap().is_none());
        drop(held);
        assert!(Lock::try_take(&path).unwrap().is_some());
    }
}
