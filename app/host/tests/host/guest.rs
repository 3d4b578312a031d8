//! Guests written as WebAssembly text, turned into real components: a quality plugin whose `init`, `on-timer` and
//! `rubric` do what a test wants. The canonical ABI's signatures are those of `quality-role` in the contract.

use std::path::Path;

use host::Package;
use wit_component::{ComponentEncoder, StringEncoding};

/// Address of an area of zeros, which reads as `ok` or as an empty list.
pub const ZEROS: u32 = 1024;

/// What a guest does.
#[derive(Clone, Copy, Default)]
pub struct Guest {
    /// Imports, in the text format.
    pub imports: &'static str,
    /// Data segments and further functions.
    pub extra: &'static str,
    /// Body of `lifecycle.init`; answers `ok` where empty.
    pub init: &'static str,
    /// Body of `lifecycle.on-timer`; answers `ok` where empty.
    pub on_timer: &'static str,
    /// Body of `quality.rubric`; answers an empty list where empty.
    pub rubric: &'static str,
    /// More of the manifest.
    pub manifest: &'static str,
}

/// `log.emit(level, text, fields)`.
pub const IMPORT_LOG: &str =
    r#"(import "switchboard:plugin/log@0.1.0" "emit" (func $emit (param i32 i32 i32 i32 i32)))"#;
/// `kv.get(key)`, with the address of its answer.
pub const IMPORT_KV_GET: &str =
    r#"(import "switchboard:plugin/kv@0.1.0" "get" (func $get (param i32 i32 i32)))"#;
/// `timers.set(id, after, repeat)`, with the address of its answer.
pub const IMPORT_TIMER: &str =
    r#"(import "switchboard:plugin/timers@0.1.0" "set" (func $set (param i32 i32 i32 i32 i32)))"#;

impl Guest {
    /// The package, under this id.
    pub fn package(&self, id: &str) -> Package {
        Package::read(self.bytes(id)).expect("a package")
    }

    /// The package's bytes.
    pub fn bytes(&self, id: &str) -> Vec<u8> {
        let manifest = format!(
            "id = \"{id}\"\nversion = \"1.0.0\"\nname = \"{id}\"\nroles = [\"quality\"]\n{}",
            self.manifest
        );
        with_section(component(&self.text()), host::package::MANIFEST_SECTION, manifest.as_bytes())
    }

    fn text(&self) -> String {
        let or_zeros =
            |body: &str| if body.is_empty() { format!("(i32.const {ZEROS})") } else { body.to_owned() };
        let (init, on_timer, rubric) = (or_zeros(self.init), or_zeros(self.on_timer), or_zeros(self.rubric));
        // Every call begins with the 11 values of `ctx`.
        let ctx = "i64 i64 i32 i64 i32 i32 i32 i32 i32 i32 i32";
        format!(
            r#"(module
  {imports}
  (memory (export "memory") 2)
  (global $heap (mut i32) (i32.const 65536))
  {extra}
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
    (global.set $heap (i32.add (local.get $at) (local.get 3)))
    (block $enough
      (loop $more
        (br_if $enough (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $enough (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
        (br $more)))
    (local.get $at))
  (func (export "switchboard:plugin/lifecycle@0.1.0#init") (param {ctx} i32 i32) (result i32) {init})
  (func (export "switchboard:plugin/lifecycle@0.1.0#check") (param {ctx} i32 i32) (result i32) (i32.const {ZEROS}))
  (func (export "switchboard:plugin/lifecycle@0.1.0#on-timer") (param {ctx} i32 i32) (result i32) {on_timer})
  (func (export "switchboard:plugin/lifecycle@0.1.0#on-outcome") (param {ctx} i32 i32 i32) (result i32)
    (i32.const {ZEROS}))
  (func (export "switchboard:plugin/lifecycle@0.1.0#shutdown") (param {ctx}))
  (func (export "switchboard:plugin/quality@0.1.0#rubric") (param {ctx}) (result i32) {rubric})
  (func (export "switchboard:plugin/quality@0.1.0#score") (param i32) (result i32) (i32.const {ZEROS})))"#,
            imports = self.imports,
            extra = self.extra,
        )
    }
}

/// A component of the world `quality-role` around a core module.
fn component(text: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).expect("WebAssembly text");
    let mut resolve = wit_parser::Resolve::default();
    // Beside whichever crate's tests these are.
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let contract = above.map(|folder| folder.join("plugin-sdk/wit")).find(|wit| wit.is_dir());
    let (package, _) = resolve.push_path(contract.expect("the contract's folder")).expect("the contract");
    let world = resolve.select_world(&[package], Some("quality-role")).expect("the world");
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("metadata");
    ComponentEncoder::default().module(&module).expect("a module").encode().expect("a component")
}

/// Appends a custom section.
pub fn with_section(mut component: Vec<u8>, name: &str, data: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    leb128(&mut content, name.len());
    content.extend_from_slice(name.as_bytes());
    content.extend_from_slice(data);
    component.push(0);
    leb128(&mut component, content.len());
    component.extend_from_slice(&content);
    component
}

fn leb128(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
