//! A display of a test's own: Xvfb with a window manager, keys and pictures.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use image::RgbImage;
use tempfile::TempDir;

use crate::wait::until;

/// Pause between two typed characters: as a quick typist.
const TYPING_DELAY_MS: &str = "20";
/// Pixels are taken for still after this many equal pictures in a row.
const STILL_LOOKS: u32 = 4;
const STILL_EVERY: Duration = Duration::from_millis(120);
const STILL_TRIES: u32 = 60;

/// How windows are managed: without a frame, as large as the display.
const WINDOWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew></focus>
  <applications>
    <application class="*"><decor>no</decor><focus>yes</focus><maximized>yes</maximized></application>
  </applications>
</openbox_config>
"#;

/// A started program that ends with its owner.
pub struct Running(Child);

impl Running {
    /// Starts it; a program that is not there is named together with what to do about it.
    pub fn start(command: &mut Command, advice: &str) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.spawn().map(Self).with_context(|| format!("{program} could not be started ({advice})"))
    }

    /// The process.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing can be done about a program that is already gone.
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// The display. Programs on it end before it does.
pub struct Screen {
    number: String,
    pixels: TempDir,
    _manager: Running,
    _server: Running,
}

impl Screen {
    /// Starts a display of this size, with a window manager.
    pub fn start(width: u32, height: u32) -> Result<Self> {
        let pixels = tempfile::tempdir()?;
        let mut server = Running::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-fbdir"])
                .arg(pixels.path())
                .args(["-screen", "0", &format!("{width}x{height}x24")])
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
            "Debian package xvfb",
        )?;
        let said = server.child().stdout.take().context("Xvfb's output")?;
        let mut number = String::new();
        BufReader::new(said).read_line(&mut number)?;
        let number = format!(":{}", number.trim());
        ensure!(number.len() > 1, "Xvfb did not say its display");
        let settings = pixels.path().join("openbox.xml");
        std::fs::write(&settings, WINDOWS)?;
        let mut manager = Command::new("openbox");
        manager.arg("--config-file").arg(settings);
        // In a group of its own, so that it outlives no test but also ends no test.
        manager.env("DISPLAY", &number).process_group(0).stdout(Stdio::null()).stderr(Stdio::null());
        let manager = Running::start(&mut manager, "Debian package openbox")?;
        Ok(Self { number, pixels, _manager: manager, _server: server })
    }

    /// Its name for `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.number
    }

    /// Waits for the desk's window and gives it the keyboard.
    pub fn focus_window(&self) -> Result<()> {
        until("the desk's window on the display", || {
            self.xdotool(&["search", "--onlyvisible", "--name", "Switchboard", "windowactivate", "--sync"])
                .map(Some)
        })?;
        Ok(())
    }

    /// Presses keys, such as `ctrl+k`, one after the other.
    pub fn keys(&self, keys: &[&str]) -> Result<()> {
        for key in keys {
            self.xdotool(&["key", "--clearmodifiers", key])?;
        }
        Ok(())
    }

    /// Types text into whatever has the keyboard.
    pub fn write(&self, text: &str) -> Result<()> {
        self.xdotool(&["type", "--clearmodifiers", "--delay", TYPING_DELAY_MS, "--", text]).map(drop)
    }

    /// Puts text on the clipboard and pastes it: for characters that the keyboard has no keys for.
    pub fn paste(&self, text: &str) -> Result<()> {
        self.paste_as("UTF8_STRING", text.as_bytes())
    }

    /// Puts a PNG on the clipboard and pastes it, as after taking a screenshot.
    pub fn paste_png(&self, png: &[u8]) -> Result<()> {
        self.paste_as("image/png", png)
    }

    fn paste_as(&self, kind: &str, bytes: &[u8]) -> Result<()> {
        let mut holder = Command::new("xclip");
        holder
            .args(["-selection", "clipboard", "-target", kind, "-in"])
            .env("DISPLAY", &self.number)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut holder = Running::start(&mut holder, "Debian package xclip")?;
        let mut bytes_go_to = holder.child().stdin.take().context("xclip's input")?;
        bytes_go_to.write_all(bytes)?;
        drop(bytes_go_to);
        // It goes on by itself in the background, until the clipboard is taken over or the display ends.
        holder.child().wait()?;
        self.keys(&["ctrl+v"])
    }

    /// Clicks at a place, as a person who looks at the picture.
    pub fn click(&self, x: u32, y: u32) -> Result<()> {
        self.xdotool(&["mousemove", "--sync", &x.to_string(), &y.to_string()])?;
        self.xdotool(&["click", "1"]).map(drop)
    }

    /// Runs xdotool on this display.
    pub fn xdotool(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new("xdotool")
            .env("DISPLAY", &self.number)
            .args(arguments)
            .output()
            .context("xdotool could not be started (Debian package xdotool)")?;
        ensure!(
            output.status.success(),
            "xdotool {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// What the display shows now.
    pub fn picture(&self) -> Result<RgbImage> {
        let file = self.pixels.path().join("Xvfb_screen0");
        decode(&std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?)
    }

    /// What the display shows once it stands still; clocks may go on.
    pub fn still_picture(&self) -> Result<RgbImage> {
        let mut last = self.picture()?;
        let mut equal = 0;
        for _ in 0..STILL_TRIES {
            std::thread::sleep(STILL_EVERY);
            let now = self.picture()?;
            // A clock changes some hundred pixels, a moving part of the window thousands.
            let moved = now.pixels().zip(last.pixels()).filter(|(one, other)| one != other).count();
            equal = if moved < 1500 { equal + 1 } else { 0 };
            last = now;
            if equal == STILL_LOOKS {
                break;
            }
        }
        Ok(last)
    }

    /// Writes a picture of the display.
    pub fn save(&self, to: &Path) -> Result<()> {
        self.still_picture()?.save(to).with_context(|| format!("writing {}", to.display()))
    }
}

/// Reads the X window dump that Xvfb keeps of its screen.
fn decode(dump: &[u8]) -> Result<RgbImage> {
    let field = |index: usize| -> Result<usize> {
        let bytes = dump.get(index * 4..index * 4 + 4).context("a short dump")?;
        Ok(u32::from_be_bytes(bytes.try_into()?) as usize)
    };
    let (header, width, height) = (field(0)?, field(4)?, field(5)?);
    let (bits, stride, colours) = (field(11)?, field(12)?, field(19)?);
    if bits != 32 {
        bail!("a display of {bits} bits a pixel");
    }
    let pixels = dump.get(header + colours * 12..).context("a dump without pixels")?;
    ensure!(pixels.len() >= stride * height, "a dump that is cut off");
    Ok(RgbImage::from_fn(width as u32, height as u32, |x, y| {
        let at = y as usize * stride + x as usize * 4;
        image::Rgb([pixels[at + 2], pixels[at + 1], pixels[at]])
    }))
}
