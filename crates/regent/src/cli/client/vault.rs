//! Encrypted files: logins and credentials between two commands.
//!
//! Each is sealed with a key that lies in another folder: in `$XDG_RUNTIME_DIR`, which is memory on most systems and gone
//! when the person logs out, or where there is none, beside the configuration. So a copy or a backup of the cache alone opens
//! nothing. It does not keep anything from another process of the same person, nor from the machine's administrator:
//! what this command line can open without asking, they can.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64, HEXLOWER};
use zeroize::Zeroizing;

use super::places::{Lock, Places, private_folder, read, replace};
use crate::entropy;
use crate::seal::{KEY_BYTES, Sealer};

/// The first line of the key's file, so that nobody mistakes it for something else.
const HEADING: &str = "regent-cache-key-v1";

/// The folder of sealed files, and what opens them.
pub(super) struct Vault {
    sealer: Sealer,
    folder: PathBuf,
}

impl Vault {
    /// Opens it, and makes it the first time. A key that cannot be used is replaced: what it sealed is a cache.
    pub(super) fn open(places: &Places) -> anyhow::Result<Self> {
        let home = places.runtime.as_ref().filter(|folder| private_folder(folder).is_ok());
        let home = home.unwrap_or(&places.config);
        private_folder(home).with_context(|| format!("cannot make the folder `{}`", home.display()))?;
        let path = home.join("cache.key");
        let key = key(&path).with_context(|| format!("the key file `{}` cannot be used", path.display()))?;
        // Under another key are other files: a session without a runtime folder does not spoil those of one that has it.
        let folder = places.cache.join(name(&["key", &BASE64.encode(&*key)]));
        private_folder(&folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
        Ok(Self { sealer: Sealer::new(&key)?, folder })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is kept under a name; a file that does not open is one that is not there.
    pub(super) fn read(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = read(&self.folder.join(name)).ok()??;
        self.sealer.open(name, std::str::from_utf8(&sealed).ok()?).ok()
    }

    pub(super) fn write(&self, name: &str, plain: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        let sealed = self.sealer.seal(name, plain)?;
        replace(&path, 0o600, sealed.as_bytes()).with_context(|| format!("cannot write `{}`", path.display()))
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match std::fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The names that begin like this.
    pub(super) fn names(&self, beginning: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| name.starts_with(beginning) && !name.contains('.')).collect()
    }

    /// The lock of a name.
    pub(super) fn lock_path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.lock"))
    }
}

/// A name for a file that nobody can read anything from: the parts do not run into one another.
pub(super) fn name(parts: &[&str]) -> String {
    let mut text = Zeroizing::new(String::new());
    for part in parts {
        text.push_str(&part.len().to_string());
        text.push(':');
        text.push_str(part);
    }
    let hash = digest(&SHA256, text.as_bytes());
    HEXLOWER.encode(hash.as_ref()).chars().take(24).collect()
}

/// The key in a file; made if there is none, or none that may be used. One process at a time.
fn key(path: &Path) -> io::Result<Zeroizing<[u8; KEY_BYTES]>> {
    let _lock = Lock::wait(&path.with_extension("lock"))?;
    if is_private(path)?
        && let Some(text) = read(path)?
        && let Some(key) = parse(&text)
    {
        return Ok(key);
    }
    let key = Zeroizing::new(entropy::bytes().map_err(io::Error::other)?);
    let text = Zeroizing::new(format!("{HEADING}\n{}\n", BASE64.encode(&*key)));
    replace(path, 0o600, text.as_bytes())?;
    Ok(key)
}

/// Whether nobody but the owner can read it.
pub(super) fn is_private(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    match path.metadata() {
        Ok(metadata) => Ok((metadata.permissions().mode() & 0o077).count_ones() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn parse(text: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let (heading, key) = std::str::from_utf8(text).ok()?.split_once('\n')?;
    let bytes = Zeroizing::new(BASE64.decode(key.trim_end().as_bytes()).ok()?);
    let key: [u8; KEY_BYTES] = bytes.as_slice().try_into().ok()?;
    (heading == HEADING).then(|| Zeroizing::new(key))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn places(folder: &Path) -> Places {
        Places {
            config: folder.join("config"),
            cache: folder.join("cache"),
            runtime: Some(folder.join("run")),
        }
    }

    #[test]
    fn what_is_kept_opens_again_and_is_not_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        Vault::open(&places).unwrap().write("login-1", b"a secret of mine").unwrap();
        let vault = Vault::open(&places).unwrap();
        assert_eq!(*vault.read("login-1").unwrap(), b"a secret of mine");
        assert_eq!(vault.names("login-"), ["login-1"]);
        let path = vault.folder().join("login-1");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!std::fs::read_to_string(&path).unwrap().contains("secret"));
        // Not under another name: one login is not another's.
        std::fs::rename(&path, vault.folder().join("login-2")).unwrap();
        assert!(vault.read("login-2").is_none());
        vault.remove("login-2").unwrap();
        vault.remove("login-2").unwrap();
        assert!(vault.names("login-").is_empty());
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_none_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        Vault::open(&places).unwrap().write("login-1", b"secret").unwrap();
        let path = folder.path().join("run/cache.key");
        let expose = || std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let garble = || std::fs::write(&path, "nonsense").unwrap();
        for spoil in [&expose, &garble] as [&dyn Fn(); 2] {
            spoil();
            let vault = Vault::open(&places).unwrap();
            assert!(vault.read("login-1").is_none());
            assert!(is_private(&path).unwrap());
            vault.write("login-1", b"secret").unwrap();
        }
    }

    #[test]
    fn names_of_different_parts_differ() {
        assert_ne!(name(&["ab", "c"]), name(&["a", "bc"]));
        assert_eq!(name(&["ab", "c"]), name(&["ab", "c"]));
    }
}
