namespace LlmStack.Tracing;

/// <summary>One node of the one AsyncLocal: the context in force and the span that new spans go below.</summary>
/// <remarks>
/// Ids are kept here as well as in the span's record, because a flow may outlive the span (work that nobody awaited): its later
/// spans still belong to that trace, as they would with <see cref="System.Diagnostics.Activity"/>.
/// </remarks>
internal class AmbientScope : IDisposable
{
    private static readonly AsyncLocal<AmbientScope?> Local = new();
    private readonly AmbientScope _owner;
    private bool _closed;

    /// <summary>A scope that owns a span; <paramref name="span"/> is null when it is sampled out.</summary>
    public AmbientScope(LlmContext context, SpanRecord? span, TraceId traceId, SpanId spanId, bool sampled, AmbientScope? parent)
    {
        Context = context;
        Span = span;
        SpanVersion = span?.Version ?? 0;
        TraceId = traceId;
        SpanId = spanId;
        Sampled = sampled;
        Parent = parent;
        _owner = this;
    }

    private AmbientScope(LlmContext context, AmbientScope? parent)
    {
        Context = context;
        Span = parent?.Span;
        SpanVersion = parent?.SpanVersion ?? 0;
        TraceId = parent?.TraceId ?? default;
        SpanId = parent?.SpanId ?? default;
        Sampled = parent?.Sampled ?? false;
        Parent = parent;
        _owner = parent?._owner ?? this;
    }

    public static AmbientScope? Current
    {
        get => Local.Value;
        set => Local.Value = value;
    }

    public static LlmContext CurrentContext => Local.Value?.Context ?? LlmContext.Empty;

    public LlmContext Context { get; }

    public SpanRecord? Span { get; }

    public int SpanVersion { get; }

    public AmbientScope? Parent { get; }

    public TraceId TraceId { get; }

    public SpanId SpanId { get; }

    public bool Sampled { get; }

    public bool HasTrace => !TraceId.IsEmpty;

    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Whether the span that this scope (or the one it only relabels) stands for is still open.</summary>
    public bool IsTraceOpen => HasTrace && !_owner.IsClosed;

    /// <summary>The nearest scope that was not disposed, this one included.</summary>
    public static AmbientScope? NearestOpen(AmbientScope? scope)
    {
        while (scope is { IsClosed: true })
        {
            scope = scope.Parent;
        }

        return scope;
    }

    public static IDisposable PushContext(LlmContext context) => Push(context);

    public static AmbientScope Push(LlmContext context)
    {
        var scope = new AmbientScope(context, Local.Value);
        Local.Value = scope;
        return scope;
    }

    /// <summary>Closes the scope. Where it is current the nearest open one follows; scopes inside it skip it when they close.</summary>
    /// <returns>False when it was closed before.</returns>
    public bool Close()
    {
        if (Interlocked.Exchange(ref _closed, true))
        {
            return false;
        }

        if (ReferenceEquals(Local.Value, this))
        {
            Local.Value = NearestOpen(Parent);
        }

        OnClosed();
        return true;
    }

    public void Dispose() => Close();

    /// <summary>Restores what else was made current together with this scope.</summary>
    protected virtual void OnClosed()
    {
    }
}
