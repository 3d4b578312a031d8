//! Pictures: decoded for the window within limits, and encoded when they were pasted.
//!
//! What comes here was sent by strangers. The header is read first; a picture that claims to be too large is refused
//! before any memory is taken for it.

use std::{io::Cursor, sync::Arc};

use console::shell::DecodedPicture;
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, RgbaImage,
    imageops::FilterType,
};

/// Longest side of a picture that is decoded, in pixels.
const SIDE_MAX: u32 = 16_384;
/// Most pixels of one: what the cameras of telephones make.
const PIXELS_MAX: u64 = 64_000_000;
/// Memory that decoding may take, in bytes.
const DECODE_MAX_BYTES: u64 = 512 * 1024 * 1024;

/// Why a picture is not shown.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It is larger than what is decoded.
    #[error("the picture is too large")]
    Large,
    /// It is damaged, or of a kind that is not shown.
    #[error("the picture cannot be read: {0}")]
    Broken(ImageError),
}

impl PictureError {
    /// The code under which the locales explain it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Large => "picture-large",
            Self::Broken(_) => "picture-broken",
        }
    }
}

impl From<ImageError> for PictureError {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::Large,
            error => Self::Broken(error),
        }
    }
}

/// Decodes a picture, the first frame where it moves, upright as the camera noted it, and makes it no longer at
/// either side than so many pixels.
pub fn decode(bytes: &[u8], side: u32) -> Result<DecodedPicture, PictureError> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(ImageError::IoError)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODE_MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(PictureError::Large);
    }
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let whole = [picture.width(), picture.height()];
    let longest = whole[0].max(whole[1]);
    if longest > side {
        // Averaging everything would take long for large ones; a first quick step leaves little to do.
        if longest > side * 4 {
            picture = picture.thumbnail(side * 2, side * 2);
        }
        picture = picture.resize(side, side, FilterType::Triangle);
    }
    let small = picture.into_rgba8();
    let shown = [small.width() as usize, small.height() as usize];
    let image = egui::ColorImage::from_rgba_unmultiplied(shown, small.as_raw());
    Ok(DecodedPicture { image: Arc::new(image), size: whole })
}

/// Encodes what was on the clipboard as PNG.
pub fn encode(image: &egui::ColorImage) -> Result<Vec<u8>, ImageError> {
    let [width, height] = image.size;
    let pixels = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    let (width, height) = (u32::try_from(width).unwrap_or(0), u32::try_from(height).unwrap_or(0));
    let picture = RgbaImage::from_raw(width, height, pixels).unwrap_or_default();
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 200]));
        let mut bytes = Vec::new();
        DynamicImage::from(picture).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    #[test]
    fn the_four_kinds_are_decoded_and_made_small() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let picture =
                decode(&encoded(format, 300, 100), 60).unwrap_or_else(|e| panic!("{format:?}: {e}"));
            assert_eq!(picture.size, [300, 100], "{format:?}");
            assert_eq!(picture.image.size, [60, 20], "{format:?}");
            let whole = decode(&encoded(format, 30, 10), 60).unwrap();
            assert_eq!(whole.image.size, [30, 10], "{format:?} is not made larger");
        }
    }

    #[test]
    fn what_is_broken_or_claims_to_be_huge_is_refused() {
        let png = encoded(ImageFormat::Png, 40, 40);
        let mut huge = png.clone();
        // Width and height stand behind the signature and the chunk's head; its checksum follows.
        huge[16..24].copy_from_slice(&[0, 0, 0x3a, 0x98, 0, 0, 0x3a, 0x98]);
        let checksum = crc32(&huge[12..29]);
        huge[29..33].copy_from_slice(&checksum.to_be_bytes());
        let cases: [(&[u8], &str); 5] = [
            (&png[..png.len() / 2], "picture-broken"),
            (b"<svg onload=alert(1)>", "picture-broken"),
            (&[], "picture-broken"),
            (b"GIF89a", "picture-broken"),
            (&huge, "picture-large"),
        ];
        for (bytes, code) in cases {
            assert_eq!(decode(bytes, 100).map_err(|error| error.code()).err(), Some(code), "{bytes:?}");
        }
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    }

    #[test]
    fn what_was_pasted_can_be_read_back() {
        let pasted =
            egui::ColorImage::new([2, 1], vec![egui::Color32::RED, egui::Color32::from_rgb(1, 2, 3)]);
        let bytes = encode(&pasted).unwrap();
        assert_eq!(decode(&bytes, 10).unwrap().image.pixels, pasted.pixels);
    }
}
