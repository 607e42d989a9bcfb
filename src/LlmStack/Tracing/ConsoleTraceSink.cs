using System.Globalization;
using System.Text;

namespace LlmStack.Tracing;

/// <summary>Prints each trace as a tree when its topmost span ends, for a person at a terminal.</summary>
/// <remarks>Content is not printed unless asked for. Spans that never see their trace end are printed by a flush.</remarks>
/// <param name="writer">Where to; null for standard output.</param>
/// <param name="includeContent">Whether inputs and outputs are printed, cut to 200 characters. Default false.</param>
public sealed class ConsoleTraceSink(TextWriter? writer = null, bool includeContent = false) : ITraceSink
{
    private const int MaxWaiting = 1_000;
    private const int MaxContent = 200;
    private readonly TextWriter _writer = writer ?? Console.Out;
    private readonly Lock _lock = new();
    private readonly Dictionary<TraceId, List<Line>> _waiting = [];
    private int _waitingLines;
    private long _printed;

    /// <summary>Regions whose content may be printed, as calls name them; <c>*</c> for every region. Default none.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <inheritdoc/>
    public bool AcceptsContentFrom(string region) => SinkRegions.Contains(Regions, region);

    /// <inheritdoc/>
    public void Emit(in SpanData span)
    {
        var line = new Line(span.SpanId, span.ParentSpanId, span.StartTime, Describe(span));
        lock (_lock)
        {
            if (!_waiting.TryGetValue(span.TraceId, out List<Line>? lines))
            {
                _waiting.Add(span.TraceId, lines = []);
            }

            lines.Add(line);
            _waitingLines++;
            if (span.ParentSpanId.IsEmpty || span.IsAppRoot)
            {
                Print(span.TraceId);
            }
            else if (_waitingLines > MaxWaiting)
            {
                PrintAll();
            }
        }
    }

    /// <inheritdoc/>
    public void Emit(in ScoreData score)
    {
        string value = score.StringValue ?? score.Value.ToString("0.####", CultureInfo.InvariantCulture);
        string target = score.SessionId is { } session ? $"session {session}" : $"trace {score.TraceId}";
        string text = $"score {score.Name} = {value} ({target})";
        lock (_lock)
        {
            _writer.WriteLine(text);
            _printed++;
        }
    }

    /// <inheritdoc/>
    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            PrintAll();
            _writer.Flush();
            return ValueTask.FromResult(new FlushResult(_printed, 0, 0, null));
        }
    }

    private void PrintAll()
    {
        foreach (TraceId trace in _waiting.Keys.ToArray())
        {
            Print(trace);
        }
    }

    private void Print(TraceId trace)
    {
        if (!_waiting.Remove(trace, out List<Line>? lines))
        {
            return;
        }

        _waitingLines -= lines.Count;
        _printed += lines.Count;
        lines.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        var known = new HashSet<SpanId>(lines.Count);
        foreach (Line line in lines)
        {
            known.Add(line.Id);
        }

        _writer.WriteLine($"trace {trace}");
        foreach (Line line in lines)
        {
            if (!known.Contains(line.Parent))
            {
                PrintBranch(lines, line, depth: 1);
            }
        }
    }

    private void PrintBranch(List<Line> lines, Line line, int depth)
    {
        for (int i = 0; i < depth; i++)
        {
            _writer.Write("  ");
        }

        _writer.WriteLine(line.Text);
        foreach (Line child in lines)
        {
            if (child.Parent == line.Id)
            {
                PrintBranch(lines, child, depth + 1);
            }
        }
    }

    private string Describe(in SpanData span)
    {
        var text = new StringBuilder(128);
        text.Append(ObservationTypes.NameOf(span.Type)).Append(' ').Append(span.Name);
        if ((span.Deployment ?? span.Model) is { } served)
        {
            text.Append(" → ").Append(served);
        }

        text.Append(CultureInfo.InvariantCulture, $"  {span.Duration.TotalMilliseconds:0.#} ms");
        if (span.FirstTokenTime is { } first)
        {
            text.Append(CultureInfo.InvariantCulture, $" (first token {(first - span.StartTime).TotalMilliseconds:0.#} ms)");
        }

        if (span.Usage is { } usage)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {usage.InputTokenCount ?? 0} in, {usage.OutputTokenCount ?? 0} out");
        }

        if (span.Cost is { } cost)
        {
            text.Append(CultureInfo.InvariantCulture, $"  ${cost:0.######}");
        }

        if (span.Level != ObservationLevel.Default)
        {
            text.Append("  ").Append(ObservationTypes.NameOf(span.Level));
        }

        if (span.StatusMessage is { } status)
        {
            text.Append(": ").Append(OneLine(status));
        }

        if (includeContent)
        {
            Append(text, "in", span.GetInputJson());
            Append(text, "out", span.GetOutputJson());
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string label, string? json)
    {
        if (json is not null)
        {
            text.Append("  ").Append(label).Append('=').Append(OneLine(json));
        }
    }

    private static string OneLine(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= MaxContent ? line : string.Concat(line.AsSpan(0, char.IsHighSurrogate(line[MaxContent - 1]) ? MaxContent - 1 : MaxContent), "…");
    }

    private readonly record struct Line(SpanId Id, SpanId Parent, DateTimeOffset Start, string Text);
}
