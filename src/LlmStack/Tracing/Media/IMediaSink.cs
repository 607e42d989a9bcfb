namespace LlmStack.Tracing.Media;

/// <summary>A sink that uploads files apart from the spans that they belong to.</summary>
internal interface IMediaSink
{
    /// <summary>The largest file it takes, in bytes; 0 when it takes none.</summary>
    int MaxMediaBytes { get; }
}
