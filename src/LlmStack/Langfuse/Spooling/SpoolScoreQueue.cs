using System.Buffers.Binary;
using System.Text;
using LlmStack.Tracing;

namespace LlmStack.Langfuse.Spooling;

/// <summary>Scores in the spool. A record is the length and text of the envelope's id, the same of the time, and the score's JSON.</summary>
internal sealed class SpoolScoreQueue : IScoreQueue
{
    public const string Form = "scores";
    private const int LengthSize = 2;
    private readonly Spool _spool;
    private readonly SinkCounters _counters;
    private readonly TimeProvider _time;
    private readonly string? _environment;
    private bool _holdsRun;

    public SpoolScoreQueue(Spool spool, string? environment, TimeSpan maxAge, SinkCounters counters, TimeProvider time, Action ready, Action needsSpare)
    {
        _spool = spool;
        _environment = environment;
        _counters = counters;
        _time = time;
        MaxAge = maxAge;
        spool.Attach(ready, needsSpare);
    }

    public TimeSpan MaxAge { get; }

    public bool IsDue => _holdsRun || (_holdsRun = _spool.Reader.TryNext());

    /// <summary>False for everything that is not a record of a segment in the end: the queue in memory keeps it, or says what is wrong with it.</summary>
    public bool TryAdd(in ScoreData score)
    {
        if (ScoreEncoder.Problem(score) is not null)
        {
            return false;
        }

        byte[] body = ScoreEncoder.Body(score, _environment);
        string timestamp = ScoreEncoder.Timestamp(score.Timestamp == default ? _time.GetUtcNow() : score.Timestamp);
        string id = Guid.NewGuid().ToString();
        SpoolWriter writer = _spool.Writer;
        lock (writer.Gate)
        {
            if (writer.Begin() is not { } buffer || !writer.Commit(Write(buffer, id, timestamp, body)))
            {
                return false;
            }

            _counters.Accept();
            return true;
        }
    }

    public void Take(List<ScoreItem> chunk)
    {
        if (!IsDue)
        {
            return;
        }

        SpoolReader reader = _spool.Reader;
        TimeSpan age = _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(reader.NewestAt);
        long queuedAt = _time.GetTimestamp() - (long)(age.TotalSeconds * _time.TimestampFrequency);
        for (int i = 0; i < reader.Batch.Count; i++)
        {
            ReadOnlySpan<byte> record = reader.Batch.Spans(i, 1).Span;
            string id = ReadText(ref record);
            string timestamp = ReadText(ref record);
            chunk.Add(new ScoreItem(id, timestamp, record.ToArray(), queuedAt));
        }
    }

    /// <summary>The position on disk moves by whole runs: what is repeated after a crash has the same ids and replaces itself.</summary>
    public int Settled(int taken)
    {
        SpoolReader reader = _spool.Reader;
        reader.SettleTo(reader.Batch.Count);
        reader.Release();
        _holdsRun = false;
        return reader.IsRecovered ? 0 : taken;
    }

    public int TakeSkipped() => _spool.Reader.TakeSkipped();

    public long MakeDue() => _spool.Writer.MakeDue();

    public void Stop() => _spool.Writer.Stop();

    public void Dispose()
    {
        if (_holdsRun)
        {
            _spool.Reader.Release();
            _holdsRun = false;
        }

        _spool.Dispose();
    }

    private static int Write(IEncodeBuffer buffer, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        int length = (2 * LengthSize) + id.Length + timestamp.Length + body.Length;
        Span<byte> record = buffer.GetFree(length)[..length];
        record = WriteText(record, id);
        record = WriteText(record, timestamp);
        body.CopyTo(record);
        return length;
    }

    /// <summary>Both texts are ASCII.</summary>
    private static Span<byte> WriteText(Span<byte> record, string text)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(record, (ushort)text.Length);
        Encoding.ASCII.GetBytes(text, record[LengthSize..]);
        return record[(LengthSize + text.Length)..];
    }

    private static string ReadText(ref ReadOnlySpan<byte> record)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(record);
        string text = Encoding.ASCII.GetString(record.Slice(LengthSize, length));
        record = record[(LengthSize + length)..];
        return text;
    }
}
