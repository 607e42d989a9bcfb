namespace LlmStack.Tracing;

/// <summary>Hides what must not be seen in a text of a trace.</summary>
/// <param name="text">The text: one string inside a JSON value, or the value of a field that is a text.</param>
/// <param name="field">Where it was found.</param>
/// <returns>The text to send; the same when nothing has to be hidden.</returns>
/// <remarks>When it throws, or returns null, the field as a whole is replaced by <c>[masking failed]</c>.</remarks>
public delegate string TextMask(string text, MaskedField field);
