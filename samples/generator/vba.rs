//! Writes VBA projects as MS-OVBA asks (section numbers below are that document's): compressed `dir` and module streams, `PROJECT`, `PROJECTwm`,
//! and a `_VBA_PROJECT` without performance cache, so that Office compiles from source. Holds no macro text.

use std::io::{Cursor, Read, Seek, Write};
use std::time::SystemTime;

/// What a module is; decides its `dir` record, its line in `PROJECT`, and its attribute lines.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Standard,
    Class,
    Workbook,
    Sheet,
}

#[derive(Clone)]
pub struct Module {
    pub name: String,
    pub kind: Kind,
    /// Source without attribute lines, LF line ends.
    pub code: String,
}

impl Module {
    pub fn new(name: &str, kind: Kind, code: &str) -> Self {
        Self { name: name.to_string(), kind, code: code.to_string() }
    }

    /// The module as stored: attribute lines, then the code, CRLF line ends.
    pub fn stored_text(&self) -> String {
        let mut text = format!("Attribute VB_Name = \"{}\"\n", self.name);
        let base = match self.kind {
            Kind::Standard => None,
            Kind::Class => Some("0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"),
            Kind::Workbook => Some("0{00020819-0000-0000-C000-000000000046}"),
            Kind::Sheet => Some("0{00020820-0000-0000-C000-000000000046}"),
        };
        if let Some(base) = base {
            let document = if self.kind == Kind::Class { "False" } else { "True" };
            text.push_str(&format!(
                "Attribute VB_Base = \"{base}\"\nAttribute VB_GlobalNameSpace = False\nAttribute VB_Creatable = False\nAttribute VB_PredeclaredId = {document}\nAttribute VB_Exposed = {document}\nAttribute VB_TemplateDerived = False\nAttribute VB_Customizable = {document}\n"
            ));
        }
        text.push_str(&self.code);
        text.replace('\n', "\r\n")
    }
}

/// MS-OVBA 2.4.1: chunks of at most 4096 bytes, tokens in groups of eight behind a flag byte.
pub fn compress(data: &[u8]) -> Vec<u8> {
    const CHUNK: usize = 4096;
    let mut out = vec![1];
    for chunk in data.chunks(CHUNK) {
        let body = compress_chunk(chunk);
        if body.len() < CHUNK {
            // Header: size of the chunk with its header minus 3, signature 0b011, compressed bit.
            let header = 0xB000u16 | (body.len() as u16 + 2 - 3);
            out.extend(header.to_le_bytes());
            out.extend(body);
        } else {
            out.extend((0x3000u16 | 4095).to_le_bytes());
            out.extend(chunk);
            out.resize(out.len() + CHUNK - chunk.len(), 0);
        }
    }
    out
}

fn compress_chunk(chunk: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut pos = 0;
    while pos < chunk.len() {
        let flag_at = out.len();
        out.push(0);
        for bit in 0..8 {
            if pos >= chunk.len() {
                break;
            }
            let (length, offset) = longest_match(chunk, pos);
            if length >= 3 {
                let bits = offset_bits(pos);
                let token = ((offset as u16 - 1) << (16 - bits)) | (length as u16 - 3);
                out.extend(token.to_le_bytes());
                out[flag_at] |= 1 << bit;
                pos += length;
            } else {
                out.push(chunk[pos]);
                pos += 1;
            }
        }
    }
    out
}

/// 2.4.1.3.19.1: how many bits of a copy token hold the offset at this position.
fn offset_bits(pos: usize) -> u32 {
    let mut bits = 4;
    while (1usize << bits) < pos {
        bits += 1;
    }
    bits
}

fn longest_match(chunk: &[u8], pos: usize) -> (usize, usize) {
    let max_length = ((0xFFFFu32 >> offset_bits(pos)) as usize + 3).min(chunk.len() - pos);
    let mut best = (0, 0);
    for start in (0..pos).rev() {
        let mut n = 0;
        while n < max_length && chunk[start + n] == chunk[pos + n] {
            n += 1;
        }
        if n > best.0 {
            best = (n, pos - start);
            if n == max_length {
                break;
            }
        }
    }
    best
}

/// 2.4.3.2: data encryption of the three protection entries of `PROJECT`.
fn encrypt(seed: u8, project_id: &str, data: &[u8]) -> String {
    const VERSION: u8 = 2;
    let key = project_id.bytes().fold(0u8, u8::wrapping_add);
    let mut out = vec![seed, seed ^ VERSION, seed ^ key];
    let (mut plain, mut enc1, mut enc2) = (key, seed ^ key, seed ^ VERSION);
    let ignored = usize::from((seed & 6) / 2);
    let length = (data.len() as u32).to_le_bytes();
    for &byte in std::iter::repeat_n(&7u8, ignored).chain(&length).chain(data) {
        let enc = byte ^ enc2.wrapping_add(plain);
        out.push(enc);
        (enc2, enc1, plain) = (enc1, enc, byte);
    }
    out.iter().map(|b| format!("{b:02X}")).collect()
}

struct Records(Vec<u8>);

impl Records {
    fn put(&mut self, id: u16, data: &[u8]) {
        self.0.extend(id.to_le_bytes());
        self.0.extend((data.len() as u32).to_le_bytes());
        self.0.extend(data);
    }
    fn text(&mut self, id: u16, unicode_id: u16, text: &str) {
        self.put(id, text.as_bytes());
        self.put(unicode_id, &utf16(text));
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

const REFERENCES: [(&str, &str); 2] = [
    ("stdole", "*\\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\\Windows\\System32\\stdole2.tlb#OLE Automation"),
    (
        "Office",
        "*\\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\\Program Files\\Common Files\\Microsoft Shared\\OFFICE16\\MSO.DLL#Microsoft Office 16.0 Object Library",
    ),
];

/// 2.3.4.2: the uncompressed `dir` stream.
fn dir_stream(modules: &[Module]) -> Vec<u8> {
    let mut r = Records(Vec::new());
    r.put(0x0001, &3u32.to_le_bytes()); // PROJECTSYSKIND: 64-bit Windows
    r.put(0x0002, &0x409u32.to_le_bytes());
    r.put(0x0014, &0x409u32.to_le_bytes());
    r.put(0x0003, &1252u16.to_le_bytes()); // PROJECTCODEPAGE
    r.put(0x0004, b"VBAProject");
    r.text(0x0005, 0x0040, "");
    r.text(0x0006, 0x003D, "");
    r.put(0x0007, &0u32.to_le_bytes());
    r.put(0x0008, &0u32.to_le_bytes());
    // PROJECTVERSION: its length field is a constant 4 although 6 bytes follow.
    r.0.extend([0x09, 0, 4, 0, 0, 0]);
    r.0.extend(0x5C8D_1B2Au32.to_le_bytes());
    r.0.extend(5u16.to_le_bytes());
    r.text(0x000C, 0x003C, "");
    for (name, libid) in REFERENCES {
        r.text(0x0016, 0x003E, name);
        let mut data = (libid.len() as u32).to_le_bytes().to_vec();
        data.extend(libid.as_bytes());
        data.extend([0; 6]);
        r.put(0x000D, &data);
    }
    r.put(0x000F, &(modules.len() as u16).to_le_bytes());
    r.put(0x0013, &0xFFFFu16.to_le_bytes());
    for module in modules {
        r.text(0x0019, 0x0047, &module.name);
        r.text(0x001A, 0x0032, &module.name);
        r.text(0x001C, 0x0048, "");
        r.put(0x0031, &0u32.to_le_bytes()); // MODULEOFFSET: no performance cache in front
        r.put(0x001E, &0u32.to_le_bytes());
        r.put(0x002C, &0xFFFFu16.to_le_bytes());
        r.put(if module.kind == Kind::Standard { 0x0021 } else { 0x0022 }, &[]);
        r.put(0x002B, &[]);
    }
    r.put(0x0010, &[]);
    r.0
}

fn project_stream(modules: &[Module], project_id: &str) -> String {
    let mut text = format!("ID=\"{project_id}\"\r\n");
    for m in modules {
        text.push_str(&match m.kind {
            Kind::Workbook | Kind::Sheet => format!("Document={}/&H00000000\r\n", m.name),
            Kind::Standard => format!("Module={}\r\n", m.name),
            Kind::Class => format!("Class={}\r\n", m.name),
        });
    }
    text.push_str("Name=\"VBAProject\"\r\nHelpContextID=\"0\"\r\nVersionCompatible32=\"393222000\"\r\n");
    text.push_str(&format!("CMG=\"{}\"\r\n", encrypt(0x0A, project_id, &[0; 4])));
    text.push_str(&format!("DPB=\"{}\"\r\n", encrypt(0x14, project_id, &[0])));
    text.push_str(&format!("GC=\"{}\"\r\n", encrypt(0x1E, project_id, &[0xFF])));
    text.push_str("\r\n[Host Extender Info]\r\n&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000\r\n\r\n[Workspace]\r\n");
    for m in modules {
        text.push_str(&format!("{}=0, 0, 0, 0, C\r\n", m.name));
    }
    text
}

/// Module text in the project's code page; the samples use no character outside Latin-1.
fn windows_1252(text: &str) -> Vec<u8> {
    let byte = |c: char| u8::try_from(u32::from(c)).unwrap_or_else(|_| panic!("{c} is not Latin-1"));
    text.chars().map(byte).collect()
}

/// Writes the project's streams below `root` (empty for a `vbaProject.bin`, `/_VBA_PROJECT_CUR` in a BIFF8 workbook).
pub fn write_project<F: Read + Write + Seek>(
    file: &mut cfb::CompoundFile<F>,
    root: &str,
    modules: &[Module],
    id_digit: u64,
) -> std::io::Result<()> {
    let project_id = format!("{{D0A7C0DE-0000-4000-8000-{id_digit:012X}}}");
    if !root.is_empty() {
        file.create_storage(root)?;
    }
    file.create_storage(format!("{root}/VBA"))?;
    put_stream(file, &format!("{root}/VBA/dir"), &compress(&dir_stream(modules)))?;
    put_stream(file, &format!("{root}/VBA/_VBA_PROJECT"), &[0xCC, 0x61, 0xFF, 0xFF, 0, 0, 0])?;
    for module in modules {
        let bytes = windows_1252(&module.stored_text());
        put_stream(file, &format!("{root}/VBA/{}", module.name), &compress(&bytes))?;
    }
    put_stream(file, &format!("{root}/PROJECT"), project_stream(modules, &project_id).as_bytes())?;
    let mut wm = Vec::new();
    for module in modules {
        wm.extend(module.name.as_bytes());
        wm.push(0);
        wm.extend(utf16(&module.name));
        wm.extend([0, 0]);
    }
    wm.extend([0, 0]);
    put_stream(file, &format!("{root}/PROJECTwm"), &wm)
}

pub fn put_stream<F: Read + Write + Seek>(
    file: &mut cfb::CompoundFile<F>,
    path: &str,
    data: &[u8],
) -> std::io::Result<()> {
    file.create_stream(path)?.write_all(data)
}

/// Ends a compound file: storages get a fixed time, because `cfb` stamps them with the clock.
pub fn finish_compound(mut file: cfb::CompoundFile<Cursor<Vec<u8>>>) -> std::io::Result<Vec<u8>> {
    let storages: Vec<_> = file.walk().filter(|e| e.is_storage()).map(|e| e.path().to_path_buf()).collect();
    for path in storages {
        file.set_created_time(&path, SystemTime::UNIX_EPOCH)?;
        file.set_modified_time(&path, SystemTime::UNIX_EPOCH)?;
    }
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

/// A whole `vbaProject.bin`.
pub fn project_bin(modules: &[Module], id_digit: u64) -> std::io::Result<Vec<u8>> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    write_project(&mut file, "", modules, id_digit)?;
    finish_compound(file)
}
