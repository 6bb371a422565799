//! TLS from a certificate and key in PEM files, read once at start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Why the certificate cannot be used. Each names the file, because that is what the operator must fix.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// No certificate could be read from the file.
    #[error("no PEM certificate chain in `{}`", .0.display())]
    Certificate(PathBuf, #[source] Option<rustls::pki_types::pem::Error>),
    /// No private key could be read from the file.
    #[error("no PEM private key in `{}`", .0.display())]
    Key(PathBuf, #[source] rustls::pki_types::pem::Error),
    /// The two do not belong together, or the key is of a kind TLS cannot use.
    #[error("the certificate in `{}` and the key in `{}` do not fit each other", .certificate.display(), .key.display())]
    Mismatch {
        /// The certificate file.
        certificate: PathBuf,
        /// The key file.
        key: PathBuf,
        /// What the TLS library said.
        #[source]
        source: rustls::Error,
    },
}

/// An acceptor that offers HTTP/2 and HTTP/1.1.
pub(crate) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|source| TlsError::Certificate(certificate.to_owned(), Some(source)))?;
    if chain.is_empty() {
        return Err(TlsError::Certificate(certificate.to_owned(), None));
    }
    let private =
        PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::Key(key.to_owned(), source))?;
    let mismatch =
        |source| TlsError::Mismatch { certificate: certificate.to_owned(), key: key.to_owned(), source };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(mismatch)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(mismatch)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
