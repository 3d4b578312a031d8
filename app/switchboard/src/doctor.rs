//! `switchboard doctor`: what is wrong on this machine and what to do about it.

use std::{net::TcpListener, path::Path, process::ExitCode};

use assets::{Arg, Locale};
use host::Package;

use crate::{arguments::DeskArguments, start};

/// Less free space than this is told, in bytes.
const DISK_LEAST_BYTES: u64 = 1024 * 1024 * 1024;

/// How one check went.
enum Finding {
    Fine(String),
    Warning(String),
    Problem(String),
}

/// Checks everything and says so. Fails when something is wrong that keeps the desk from working.
pub fn run(arguments: &DeskArguments) -> ExitCode {
    let locale = Locale::new(arguments.language());
    let checks = [
        ("doctor-display", display(&locale)),
        ("doctor-audio", audio(&locale)),
        ("doctor-port", port(&locale, arguments)),
        ("doctor-data", data(&locale, &arguments.data())),
        ("doctor-disk", disk(&locale, &arguments.data())),
        ("doctor-plugins", plugins(&locale, arguments)),
    ];
    println!("{}", locale.text("doctor-title"));
    let mut problems = 0;
    for (title, finding) in checks {
        let (mark, text) = match finding {
            Finding::Fine(text) => ("doctor-ok", text),
            Finding::Warning(text) => ("doctor-warning", text),
            Finding::Problem(text) => {
                problems += 1;
                ("doctor-problem", text)
            }
        };
        println!("{}\t{}\t{text}", locale.text(title), locale.text(mark));
    }
    if problems == 0 {
        println!("{}", locale.text("doctor-all-well"));
        return ExitCode::SUCCESS;
    }
    println!("{}", locale.text_with("doctor-problems", &[("count", Arg::from(i64::from(problems)))]));
    ExitCode::FAILURE
}

fn display(locale: &Locale) -> Finding {
    let named = ["WAYLAND_DISPLAY", "DISPLAY"].iter().find_map(|name| std::env::var(name).ok());
    match named {
        Some(name) => Finding::Fine(name),
        None if cfg!(target_os = "linux") => {
            Finding::Problem(locale.text("doctor-display-missing").to_owned())
        }
        None => Finding::Fine(String::new()),
    }
}

fn audio(locale: &Locale) -> Finding {
    let devices = voice::devices();
    if devices.outputs.is_empty() {
        return Finding::Warning(locale.text("doctor-audio-missing").to_owned());
    }
    let input = devices.inputs.first().map_or("-", String::as_str);
    let arguments = [("output", Arg::from(devices.outputs[0].as_str())), ("input", Arg::from(input))];
    Finding::Fine(locale.text_with("doctor-audio-ok", &arguments).into_owned())
}

fn port(locale: &Locale, arguments: &DeskArguments) -> Finding {
    let address = arguments.listen.to_string();
    let text = |key| locale.text_with(key, &[("port", Arg::from(address.as_str()))]).into_owned();
    match TcpListener::bind(arguments.listen) {
        Ok(_) => Finding::Fine(text("doctor-port-ok")),
        Err(_) => Finding::Problem(text("doctor-port-taken")),
    }
}

fn data(locale: &Locale, folder: &Path) -> Finding {
    let shown = folder.display().to_string();
    match store::Store::open(folder) {
        Ok(_) => Finding::Fine(
            locale.text_with("doctor-data-ok", &[("folder", Arg::from(shown.as_str()))]).into_owned(),
        ),
        Err(error) => {
            let reason = error.to_string();
            let arguments = [("folder", Arg::from(shown.as_str())), ("reason", Arg::from(reason.as_str()))];
            Finding::Problem(locale.text_with("doctor-data-bad", &arguments).into_owned())
        }
    }
}

fn disk(locale: &Locale, folder: &Path) -> Finding {
    // Asked of the system's own tool: the standard library does not know free space.
    let answer = std::process::Command::new("df").args(["-P", "-k"]).arg(folder).output();
    let free_kib = answer.ok().and_then(|output| {
        let text = String::from_utf8(output.stdout).ok()?;
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    let Some(free) = free_kib.map(|kib| kib * 1024) else {
        return Finding::Warning(locale.text("doctor-skipped").to_owned());
    };
    let size = locale.file_size(free);
    let key = if free < DISK_LEAST_BYTES { "doctor-disk-low" } else { "doctor-disk-ok" };
    let text = locale.text_with(key, &[("free", Arg::from(size.as_str()))]).into_owned();
    if free < DISK_LEAST_BYTES { Finding::Warning(text) } else { Finding::Fine(text) }
}

fn plugins(locale: &Locale, arguments: &DeskArguments) -> Finding {
    let mut count = 0_i64;
    for folder in [arguments.bundled_plugins(), arguments.installed_plugins()] {
        for file in start::folder(&folder, false).unwrap_or_default() {
            match Package::read(file.bytes) {
                Ok(_) => count += 1,
                Err(error) => {
                    let (plugin, reason) = (file.path.display().to_string(), error.to_string());
                    let arguments =
                        [("plugin", Arg::from(plugin.as_str())), ("reason", Arg::from(reason.as_str()))];
                    return Finding::Problem(locale.text_with("doctor-plugins-bad", &arguments).into_owned());
                }
            }
        }
    }
    let text = locale.text_with("doctor-plugins-ok", &[("count", Arg::from(count))]).into_owned();
    if count == 0 { Finding::Warning(text) } else { Finding::Fine(text) }
}
