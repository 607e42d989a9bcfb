namespace LlmStack.Providers;

internal sealed class NoContentCapture : IContentCapture
{
    public static readonly NoContentCapture Instance = new();

    public bool IsEnabled => false;

    public bool HasInput => false;

    public void SetInput(ReadOnlySpan<byte> utf8Json)
    {
    }

    public void SetOutput(ReadOnlySpan<byte> utf8Json)
    {
    }
}
