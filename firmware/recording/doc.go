// Package recording plays recorded radiometric frames as a
// [thermal.Source]. It reads two formats, told apart by their content:
//
//   - CPTV version 2 (https://github.com/TheCacophonyProject/go-cptv,
//     SPECv2.md): fields, then frames as packed differences. Time and
//     telemetry come from the frame's fields.
//   - PTY16V1 (https://github.com/liflabuc/purethermal-y16-recorder): a JSON
//     header, then plain 16-bit frames with the host's time stamps and no
//     telemetry. Package write writes it.
//
// Either may be compressed with gzip. A file is decoded frame by frame in
// constant memory; a plain file is decoded without allocating. Whatever is
// wrong with a file is reported with the place, the field and the offset in the
// uncompressed stream; a file that was cut short never looks like one that
// ended.
package recording
