//! The picture an authenticator scans: a QR code, as a PNG or as an SVG.

use std::fmt::Write as _;
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

/// An SVG of the QR code of `text`, one unit a module, black on white whatever is around it; none if the text is too long.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size() + 2 * QUIET_ZONE;
    let mut picture = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">
<rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d=""##
    );
    let modules = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    for (x, y) in modules.filter(|(x, y)| code.get_module(*x, *y)) {
        // Writing to a text cannot fail.
        let _ = write!(picture, "M{},{}h1v1h-1z", x + QUIET_ZONE, y + QUIET_ZONE);
    }
    picture.push_str(r#""/></svg>"#);
    Some(picture)
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

    #[test]
    fn the_drawn_picture_has_the_modules_of_the_code() {
        let text = "otpauth://totp/Regent:ana?secret=AAAA&issuer=Regent";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let picture = svg(text).unwrap();
        let dark = (0..code.size())
            .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
            .filter(|(x, y)| code.get_module(*x, *y))
            .count();
        assert_eq!(picture.matches("h1v1h-1z").count(), dark);
        assert!(picture.contains(r#"d="M4,4h1v1h-1z"#), "the corner, inside the quiet zone");
        assert_eq!(svg(&"x".repeat(3000)), None);
    }
}
