//! The master key file: made once, on the first start, readable by its owner alone, and never made again.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::KEY_BYTES;
use crate::entropy;

/// The first line of the file, so that nobody mistakes it for something else.
const HEADING: &str = "regent-master-key-v1";

/// How much of a hash tells one key from another.
const ID_BYTES: usize = 8;

/// Why there is no master key. The server does not start without one, and never replaces one.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The store was sealed with a key whose file is gone.
    #[error(
        "the master key file `{}` is missing, and without it the secrets in the store cannot be opened: \
         restore the file from its backup (Regent never makes a second key for a store)",
        .0.display()
    )]
    Missing(PathBuf),
    /// The file cannot be read or written.
    #[error("the master key file `{}` cannot be used", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("`{}` is not a master key file: expected the line `{HEADING}` and 32 bytes in base64", .0.display())]
    Malformed(PathBuf),
    /// Others can read the file.
    #[error("the master key file `{}` can be read by others (mode {mode:o}): run `chmod 600` on it", .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file's key is not the one that sealed the store.
    #[error(
        "the master key in `{}` ({found}) is not the one that sealed this store ({expected}): \
         point `master-key-file` at the right one, or restore it from its backup",
        .path.display()
    )]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The id of the key in it.
        found: String,
        /// The id of the key that opens the store.
        expected: String,
    },
    /// The store is sealed with this key already.
    #[error("the master key in `{}` is the one that seals this store already", .0.display())]
    Same(PathBuf),
    /// Another command has done the same.
    #[error(
        "the data keys were sealed anew by somebody else in the meantime: look which master key opens the store"
    )]
    Overtaken,
    /// There is nothing that a master key seals.
    #[error("an ephemeral server has no master key")]
    Ephemeral,
    /// No randomness to make a key from.
    #[error("the system's random generator failed")]
    Entropy,
}

/// The key that opens the data keys.
pub(crate) type MasterKey = Zeroizing<[u8; KEY_BYTES]>;

/// What tells a master key from another. Nobody finds the key by it.
pub(crate) fn id(key: &MasterKey) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &**key);
    let hash = hmac::sign(&key, b"regent master key id");
    format!("mkey_{}", HEXLOWER.encode(hash.as_ref().get(..ID_BYTES).unwrap_or_default()))
}

/// Reads the key file; none if there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<MasterKey>, MasterKeyError> {
    let io = |source| MasterKeyError::Io { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    };
    let mode = file.metadata().map_err(io)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(MasterKeyError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    std::io::Read::take(&file, 4096).read_to_string(&mut text).map_err(io)?;
    parse(&text).map(Some).ok_or_else(|| MasterKeyError::Malformed(path.to_owned()))
}

/// Makes a new key and its file, durable before this returns. An existing file is an error, never overwritten.
pub(crate) fn create(path: &Path) -> Result<MasterKey, MasterKeyError> {
    let io = |source| MasterKeyError::Io { path: path.to_owned(), source };
    let key = MasterKey::new(entropy::bytes().map_err(|_| MasterKeyError::Entropy)?);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
    let text = Zeroizing::new(format!("{HEADING}\n{}\n", STANDARD.encode(*key)));
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
    }
    Ok(key)
}

fn parse(text: &str) -> Option<MasterKey> {
    let (heading, key) = text.split_once('\n')?;
    let bytes = Zeroizing::new(STANDARD.decode(key.trim_end()).ok()?);
    let key: [u8; KEY_BYTES] = bytes.as_slice().try_into().ok()?;
    (heading == HEADING).then(|| MasterKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_key_reads_back_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert!(read(&path).unwrap().is_none());
        let made = create(&path).unwrap();
        assert_eq!(*read(&path).unwrap().unwrap(), *made);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_id_tells_keys_apart_and_is_not_of_the_key() {
        let [one, other] = [[1; KEY_BYTES], [2; KEY_BYTES]].map(MasterKey::new);
        assert_eq!(id(&one), id(&one.clone()));
        assert_ne!(id(&one), id(&other));
        assert_eq!(id(&one).len(), "mkey_".len() + 2 * ID_BYTES);
        assert!(!id(&one).contains("0101"), "{}", id(&one));
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let first = create(&path).unwrap();
        assert!(matches!(create(&path), Err(MasterKeyError::Io { .. })));
        assert_eq!(*read(&path).unwrap().unwrap(), *first);
    }

    #[test]
    fn a_file_others_can_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = read(&path).unwrap_err();
        assert!(error.to_string().contains("(mode 640): run `chmod 600`"), "{error}");
    }

    #[test]
    fn anything_else_in_the_file_is_malformed() {
        for text in ["", "regent-master-key-v1\n", "regent-master-key-v1\nAAAA\n", "other\nAAAA", "\u{0}"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("master.key");
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .unwrap()
                .write_all(text.as_bytes())
                .unwrap();
            assert!(matches!(read(&path), Err(MasterKeyError::Malformed(_))), "{text:?}");
        }
    }
}
