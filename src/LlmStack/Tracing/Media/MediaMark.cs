namespace LlmStack.Tracing.Media;

/// <summary>A JSON string that is a file.</summary>
/// <param name="Start">Where the string begins, its quote included.</param>
/// <param name="Length">Its length with both quotes.</param>
/// <param name="Skip">The bytes before the base64, inside the quotes.</param>
/// <param name="ContentType">The file's MIME type.</param>
/// <param name="IsDataUri">Whether it is a data URI, or bare base64.</param>
/// <param name="IsEscaped">Whether it has escapes, as some writers put into base64.</param>
internal readonly record struct MediaMark(int Start, int Length, int Skip, string ContentType, bool IsDataUri, bool IsEscaped);
