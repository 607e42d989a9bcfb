namespace LlmStack.Tracing;

/// <summary>One node of the one AsyncLocal: the context in force and the span that new spans go below.</summary>
internal sealed class AmbientScope(LlmContext context, SpanRecord? span, int spanVersion, AmbientScope? parent) : IDisposable
{
    private static readonly AsyncLocal<AmbientScope?> Local = new();

    public static AmbientScope? Current
    {
        get => Local.Value;
        set => Local.Value = value;
    }

    public static LlmContext CurrentContext => Local.Value?.Context ?? LlmContext.Empty;

    public LlmContext Context { get; } = context;

    public SpanRecord? Span { get; } = span;

    public int SpanVersion { get; } = spanVersion;

    public AmbientScope? Parent { get; } = parent;

    public static IDisposable PushContext(LlmContext context)
    {
        AmbientScope? parent = Local.Value;
        var scope = new AmbientScope(context, parent?.Span, parent?.SpanVersion ?? 0, parent);
        Local.Value = scope;
        return scope;
    }

    public void Dispose()
    {
        if (ReferenceEquals(Local.Value, this))
        {
            Local.Value = Parent;
        }
    }
}
