//! A display in memory for machines that have none, and pictures of what is on it.
//!
//! Xvfb keeps the screen in a file in the XWD format (`-fbdir`), so a picture needs no further program: the file
//! is read and written out as PNG.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

/// The screen's size; the desk fills it, because nothing else is there.
pub const SIZE: &str = "1600x1000";
/// Bits of a pixel's colour.
const DEPTH: u32 = 24;
/// How often the screen is looked at while waiting for the window.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Whether there is a display to open a window on.
pub fn exists() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A running Xvfb; it ends when this is dropped.
pub struct VirtualDisplay {
    server: Child,
    /// What `DISPLAY` has to be, such as `:7`.
    pub name: String,
    screen: PathBuf,
}

impl VirtualDisplay {
    /// Starts one on the first free number, with its screen file in `folder`.
    pub fn start(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                &format!("{SIZE}x{DEPTH}"),
                "-nolisten",
                "tcp",
                "-fbdir",
            ])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start Xvfb")?;
        // Xvfb writes its number once it accepts connections, and closes the pipe when it cannot start.
        let mut number = String::new();
        if let Some(pipe) = server.stdout.take() {
            BufReader::new(pipe).read_line(&mut number)?;
        }
        let display =
            Self { server, name: format!(":{}", number.trim()), screen: folder.join("Xvfb_screen0") };
        ensure!(!number.trim().is_empty(), "Xvfb found no free display");
        Ok(display)
    }

    /// Waits until something is drawn, or the time is over, or `alive` says that there is nothing to wait for.
    pub fn wait_for_window(&self, limit: Duration, mut alive: impl FnMut() -> bool) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < limit && alive() {
            if !self.picture()?.is_plain() {
                return Ok(());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        bail!("no window appeared on the virtual display within {} s", limit.as_secs())
    }

    /// Writes what is on the screen as a PNG.
    pub fn save(&self, path: &Path) -> Result<()> {
        self.picture()?.save(path)
    }

    fn picture(&self) -> Result<Picture> {
        let bytes = std::fs::read(&self.screen)
            .with_context(|| format!("could not read {}", self.screen.display()))?;
        Picture::from_xwd(&bytes)
    }
}

impl Drop for VirtualDisplay {
    fn drop(&mut self) {
        // It may have ended by itself on Ctrl-C; either way nothing is left to do about a failure here.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Pixels as red, green and blue bytes.
#[derive(Debug)]
struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Picture {
    /// Reads an XWD dump: a header of big-endian words, a colour table, then lines of 32-bit pixels.
    fn from_xwd(bytes: &[u8]) -> Result<Self> {
        const FILE_VERSION: u32 = 7;
        const LEAST_SIGNIFICANT_FIRST: u32 = 0;
        const COLOR_ENTRY_BYTES: usize = 12;
        const PIXEL_BYTES: usize = 4;
        let word = |index: usize| -> Result<u32> {
            let word = bytes.get(index * 4..index * 4 + 4).context("the screen file is cut short")?;
            Ok(u32::from_be_bytes(word.try_into()?))
        };
        let (header_bytes, version, width, height) = (word(0)? as usize, word(1)?, word(4)?, word(5)?);
        let (byte_order, bits_per_pixel, line_bytes) = (word(7)?, word(11)?, word(12)? as usize);
        let colors = word(19)? as usize;
        ensure!(version == FILE_VERSION && bits_per_pixel == 32, "the screen file has an unknown format");
        let start = header_bytes + colors * COLOR_ENTRY_BYTES;
        let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
        for line in 0..height as usize {
            let begin = start + line * line_bytes;
            let line = bytes
                .get(begin..begin + width as usize * PIXEL_BYTES)
                .context("the screen file is cut short")?;
            for pixel in line.chunks_exact(PIXEL_BYTES) {
                // Red, green and blue stand at bits 16, 8 and 0 of the pixel.
                let [red, green, blue] = if byte_order == LEAST_SIGNIFICANT_FIRST {
                    [pixel[2], pixel[1], pixel[0]]
                } else {
                    [pixel[1], pixel[2], pixel[3]]
                };
                pixels.extend([red, green, blue]);
            }
        }
        Ok(Self { width, height, pixels })
    }

    /// Whether every pixel has the same colour: an empty screen.
    fn is_plain(&self) -> bool {
        self.pixels.chunks_exact(3).all(|pixel| Some(pixel) == self.pixels.get(..3))
    }

    fn save(&self, path: &Path) -> Result<()> {
        let file = File::create(path).with_context(|| format!("could not write {}", path.display()))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dump of two by one pixels with one entry in the colour table and a line that is longer than its pixels.
    fn dump(byte_order: u32, pixels: [[u8; 4]; 2]) -> Vec<u8> {
        let mut words = [0_u32; 25];
        (words[0], words[1], words[4], words[5]) = (100, 7, 2, 1);
        (words[7], words[11], words[12], words[19]) = (byte_order, 32, 12, 1);
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend([0; 12]);
        bytes.extend(pixels.concat());
        bytes.extend([0; 4]);
        bytes
    }

    #[test]
    fn pixels_are_read_in_either_byte_order() {
        let little = Picture::from_xwd(&dump(0, [[3, 2, 1, 0], [6, 5, 4, 0]])).unwrap();
        let big = Picture::from_xwd(&dump(1, [[0, 1, 2, 3], [0, 4, 5, 6]])).unwrap();
        assert_eq!(little.pixels, [1, 2, 3, 4, 5, 6]);
        assert_eq!(big.pixels, little.pixels);
        assert_eq!((little.width, little.height), (2, 1));
    }

    #[test]
    fn an_empty_screen_is_told_from_a_drawn_one() {
        assert!(Picture::from_xwd(&dump(0, [[3, 2, 1, 0]; 2])).unwrap().is_plain());
        assert!(!Picture::from_xwd(&dump(0, [[3, 2, 1, 0], [0; 4]])).unwrap().is_plain());
    }

    #[test]
    fn a_cut_or_foreign_file_is_refused() {
        let whole = dump(0, [[3, 2, 1, 0]; 2]);
        for length in [0, 3, 60, 100, whole.len() - 5] {
            assert!(Picture::from_xwd(&whole[..length]).is_err(), "{length} bytes");
        }
        let mut foreign = whole;
        foreign[7] = 6;
        assert!(Picture::from_xwd(&foreign).is_err());
    }

    /// Needs Xvfb, which `cargo xtask test` installs.
    #[test]
    fn a_real_display_starts_empty_and_can_be_pictured() {
        let folder = std::env::temp_dir().join(format!("xtask-display-{}", std::process::id()));
        let display = VirtualDisplay::start(&folder).unwrap();
        assert!(display.name[1..].parse::<u32>().is_ok(), "{}", display.name);
        let picture = display.picture().unwrap();
        assert_eq!(format!("{}x{}", picture.width, picture.height), SIZE);
        assert!(picture.is_plain());
        assert!(display.wait_for_window(Duration::from_millis(1), || true).is_err());
        let path = folder.join("screen.png");
        display.save(&path).unwrap();
        assert!(std::fs::read(&path).unwrap().starts_with(b"\x89PNG"));
        drop(display);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
