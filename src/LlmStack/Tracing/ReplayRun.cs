using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace LlmStack.Tracing;

/// <summary>One replay of a file, in bounded memory and no faster than the sinks deliver.</summary>
internal sealed class ReplayRun(string path, SinkSet sinks, IProgress<ReplayResult>? progress, int maxLineBytes = ReplayRun.MaxLineBytes)
{
    public const int MaxLineBytes = 64 * 1024 * 1024;
    private const int LinesBetweenFlushes = 500;
    private const int BytesBetweenFlushes = 4 * 1024 * 1024;
    private const int MaxProblems = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly JsonLinesParser _parser = new();
    private readonly List<string> _problems = [];
    private ReplayResult _result = new(0, 0, 0);
    private long _line;
    private long _sinceFlush;
    private long _bytesSinceFlush;
    private long _searched;

    public async Task<ReplayResult> RunAsync(CancellationToken cancellationToken)
    {
        // Only what is there now: a sink that writes this very file must not be followed for ever.
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0 });
        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        PipeReader reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 64 * 1024, minimumReadSize: 16 * 1024));
        long left = file.Length;
        bool tooLong = false;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer.Length > left ? read.Buffer.Slice(0, left) : read.Buffer;
            bool isEnd = read.IsCompleted || read.Buffer.Length >= left;
            long before = buffer.Length;
            while (TryCut(ref buffer, isEnd, out ReadOnlySequence<byte> line))
            {
                Take(line, tooLong);
                tooLong = false;
                if ((_sinceFlush >= LinesBetweenFlushes || _bytesSinceFlush >= BytesBetweenFlushes) && !await FlushAsync(cancellationToken).ConfigureAwait(false))
                {
                    return await EndAsync(reader, reachedEnd: false).ConfigureAwait(false);
                }
            }

            if (isEnd)
            {
                if (tooLong)
                {
                    Take(default, tooLong);
                }

                bool delivered = await FlushAsync(cancellationToken).ConfigureAwait(false);
                return await EndAsync(reader, delivered).ConfigureAwait(false);
            }

            if (buffer.Length > maxLineBytes)
            {
                tooLong = true;
                buffer = buffer.Slice(buffer.End);
                _searched = 0;
            }

            left -= before - buffer.Length;
            reader.AdvanceTo(buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The next line without its end; at the end of the file the rest is a line as well.</summary>
    private bool TryCut(ref ReadOnlySequence<byte> buffer, bool isEnd, out ReadOnlySequence<byte> line)
    {
        // A long line comes in many pieces: what was searched in vain is not searched again.
        if (buffer.Slice(_searched).PositionOf((byte)'\n') is { } end)
        {
            _searched = 0;
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        line = buffer;
        buffer = isEnd ? buffer.Slice(buffer.End) : buffer;
        _searched = buffer.Length;
        return isEnd && !line.IsEmpty;
    }

    private void Take(ReadOnlySequence<byte> line, bool tooLong)
    {
        _line++;
        if (tooLong || line.Length > maxLineBytes)
        {
            Skip("is longer than 64 MiB");
            return;
        }

        ReadOnlyMemory<byte> bytes = line.IsSingleSegment ? line.First : line.ToArray();
        if (bytes.Span.Trim(" \r\t"u8).IsEmpty)
        {
            return;
        }

        try
        {
            _parser.Parse(bytes, out SpanRecord? span, out ScoreData? score);
            if (span is not null)
            {
                sinks.Emit(new SpanData(span));
                _result = _result with { Spans = _result.Spans + 1 };
            }
            else
            {
                sinks.Emit(score!.Value);
                _result = _result with { Scores = _result.Scores + 1 };
            }
        }
        catch (FormatException exception)
        {
            Skip(exception.Message);
        }

        _sinceFlush++;
        _bytesSinceFlush += line.Length;
    }

    private void Skip(string problem)
    {
        _result = _result with { Skipped = _result.Skipped + 1 };
        if (_problems.Count < MaxProblems)
        {
            _problems.Add($"line {_line}: {problem}");
        }
    }

    private async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        _sinceFlush = 0;
        _bytesSinceFlush = 0;
        FlushResult flush = await sinks.FlushAsync(Patience, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _result = _result with { Flush = flush, Problems = [.. _problems] };
        progress?.Report(_result);
        return flush.Pending == 0;
    }

    private async Task<ReplayResult> EndAsync(PipeReader reader, bool reachedEnd)
    {
        await reader.CompleteAsync().ConfigureAwait(false);
        return _result with { ReachedEnd = reachedEnd };
    }
}
