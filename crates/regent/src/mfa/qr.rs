//! The picture an authenticator scans: a QR code as a PNG.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use qrcodegen::{QrCode, QrCodeEcc};

/// Pixels a module is wide and high.
const SCALE: usize = 4;
/// Light modules around the code, as the standard asks.
const QUIET_ZONE: i32 = 4;

/// A black-and-white PNG of the QR code of `text`; none if the text is too long for one.
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let pixels = usize::try_from(code.size() + 2 * QUIET_ZONE).ok()? * SCALE;
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let side = u32::try_from(pixels).ok()?.to_be_bytes();
    // One bit a pixel, greyscale, no interlacing.
    chunk(&mut file, *b"IHDR", &[&side[..], &side[..], &[1, 0, 0, 0, 0]].concat());
    chunk(&mut file, *b"IDAT", &pack(&code, pixels)?);
    chunk(&mut file, *b"IEND", &[]);
    Some(file)
}

fn pack(code: &QrCode, pixels: usize) -> Option<Vec<u8>> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    for y in 0..pixels {
        let mut row = vec![0_u8; 1 + pixels.div_ceil(8)];
        for x in (0..pixels).filter(|x| is_light(code, *x, y)) {
            let byte = row.get_mut(1 + x / 8)?;
            *byte |= 0x80 >> (x % 8);
        }
        zlib.write_all(&row).ok()?;
    }
    zlib.finish().ok()
}

fn is_light(code: &QrCode, x: usize, y: usize) -> bool {
    let module = |at: usize| i32::try_from(at / SCALE).unwrap_or(i32::MAX) - QUIET_ZONE;
    !code.get_module(module(x), module(y))
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let mut checksum = flate2::Crc::new();
    checksum.update(&name);
    checksum.update(data);
    file.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    file.extend_from_slice(&name);
    file.extend_from_slice(data);
    file.extend_from_slice(&checksum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_frame_and_the_corner_a_scanner_looks_for() {
        let text = "otpauth://totp/Amazon%20Web%20Services:ana@123456789012?secret=AAAA&issuer=Regent";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let file = png(text).unwrap();
        assert!(file.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert!(file.ends_with(b"IEND\xae\x42\x60\x82"), "the standard's own checksum of IEND");
        assert!(is_light(&code, 0, 0), "quiet zone");
        let corner = QUIET_ZONE as usize * SCALE;
        assert!(!is_light(&code, corner, corner), "finder pattern");
    }
}
