using System.Globalization;

namespace LlmStack.FaultRuns;

/// <summary>What the emitting process is told, on its command line as <c>name=value</c>.</summary>
internal sealed record EmitterOptions
{
    public const string Switch = "emit";

    public required string Url { get; init; }

    /// <summary>The spool's directory; empty for none.</summary>
    public string Directory { get; init; } = "";

    public string PublicKey { get; init; } = "pk-lf-faults";

    /// <summary>Whether spans are written as the older batches of events.</summary>
    public bool Older { get; init; }

    /// <summary>How many spans to emit; 0 for as many as it takes to be killed.</summary>
    public int Spans { get; init; }

    /// <summary>The id of the first span; the others count on.</summary>
    public ulong FirstId { get; init; } = 1;

    public int Threads { get; init; } = 2;

    /// <summary>Bytes of each span's input.</summary>
    public int ContentBytes { get; init; } = 400;

    /// <summary>Every so manyth span is one the receiver finds invalid; 0 for none.</summary>
    public int BadEvery { get; init; }

    /// <summary>Spans a second over all threads; 0 for as fast as it goes.</summary>
    public int Rate { get; init; }

    /// <summary>Whether the id of each span is written to standard output, eight bytes, as soon as its <c>Emit</c> returned.</summary>
    public bool Witness { get; init; }

    public int SegmentBytes { get; init; } = 8 * 1024 * 1024;

    public long MaxBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    public int RequestTimeoutMilliseconds { get; init; } = 1_000;

    /// <summary>How long it waits at its end for what is left.</summary>
    public int FlushSeconds { get; init; } = 300;

    public int MaxRetryAgeSeconds { get; init; } = 300;

    public static EmitterOptions Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string argument in arguments)
        {
            int split = argument.IndexOf('=', StringComparison.Ordinal);
            values[argument[..split]] = argument[(split + 1)..];
        }

        return new EmitterOptions
        {
            Url = values[nameof(Url)],
            Directory = values[nameof(Directory)],
            PublicKey = values[nameof(PublicKey)],
            Older = bool.Parse(values[nameof(Older)]),
            Spans = Number(nameof(Spans)),
            FirstId = ulong.Parse(values[nameof(FirstId)], CultureInfo.InvariantCulture),
            Threads = Number(nameof(Threads)),
            ContentBytes = Number(nameof(ContentBytes)),
            BadEvery = Number(nameof(BadEvery)),
            Rate = Number(nameof(Rate)),
            Witness = bool.Parse(values[nameof(Witness)]),
            SegmentBytes = Number(nameof(SegmentBytes)),
            MaxBytes = long.Parse(values[nameof(MaxBytes)], CultureInfo.InvariantCulture),
            RequestTimeoutMilliseconds = Number(nameof(RequestTimeoutMilliseconds)),
            FlushSeconds = Number(nameof(FlushSeconds)),
            MaxRetryAgeSeconds = Number(nameof(MaxRetryAgeSeconds)),
        };

        int Number(string name) => int.Parse(values[name], CultureInfo.InvariantCulture);
    }

    public IEnumerable<string> ToArguments()
    {
        yield return Switch;
        yield return $"{nameof(Url)}={Url}";
        yield return $"{nameof(Directory)}={Directory}";
        yield return $"{nameof(PublicKey)}={PublicKey}";
        yield return $"{nameof(Older)}={Older}";
        yield return $"{nameof(Witness)}={Witness}";
        foreach ((string name, long value) in ((string, long)[])
        [
            (nameof(Spans), Spans), (nameof(FirstId), (long)FirstId), (nameof(Threads), Threads), (nameof(ContentBytes), ContentBytes),
            (nameof(BadEvery), BadEvery), (nameof(Rate), Rate), (nameof(SegmentBytes), SegmentBytes), (nameof(MaxBytes), MaxBytes),
            (nameof(RequestTimeoutMilliseconds), RequestTimeoutMilliseconds), (nameof(FlushSeconds), FlushSeconds), (nameof(MaxRetryAgeSeconds), MaxRetryAgeSeconds),
        ])
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{name}={value}");
        }
    }
}
