namespace LlmStack.Tracing.Media;

/// <summary>Which part of a span a file stood in.</summary>
internal enum MediaField
{
    Input,
    Output,
}
