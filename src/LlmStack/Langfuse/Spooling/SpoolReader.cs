using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse.Spooling;

/// <summary>
/// The reading end, for one sending loop: runs of records from the oldest segment of this process and, by turns, from those that dead processes
/// left. Damaged and outdated records are skipped and counted; finished segments are deleted.
/// </summary>
internal sealed class SpoolReader(SpoolSettings settings, SpoolWriter writer, SinkCounters counters, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly ConcurrentQueue<SpoolSegment> _adopted = new();
    private readonly SpoolBatch _batch = new();
    private SpoolSegment? _segment;
    private int _first;
    private bool _adoptedNext;

    /// <summary>What the current run holds.</summary>
    public SpoolBatch Batch => _batch;

    /// <summary>Whether an earlier process wrote the current run.</summary>
    public bool IsRecovered { get; private set; }

    /// <summary>When the newest record of the current run was written.</summary>
    public long NewestAt { get; private set; }

    /// <summary>Records of this process that were skipped since the last time somebody asked.</summary>
    public int Skipped { get; private set; }

    /// <summary>The adopted segments that are not finished.</summary>
    public IReadOnlyCollection<SpoolSegment> Adopted => _adopted;

    public void Adopt(SpoolSegment segment) => _adopted.Enqueue(segment);

    public int TakeSkipped()
    {
        int skipped = Skipped;
        Skipped = 0;
        return skipped;
    }

    /// <summary>Finds the next run of whole records; false when nothing is ready to be sent.</summary>
    public bool TryNext()
    {
        while (true)
        {
            if (_adoptedNext && _adopted.TryPeek(out SpoolSegment? adopted))
            {
                _adoptedNext = false;
                if (Fill(adopted, adopted.Committed, recovered: true))
                {
                    return true;
                }

                _adopted.TryDequeue(out _);
                SpoolFiles.Remove(adopted);
                continue;
            }

            _adoptedNext = true;
            if (writer.Oldest(out int limit, out bool isSealed) is { } own)
            {
                if (own.Position < limit && Fill(own, limit, recovered: false))
                {
                    return true;
                }

                if (isSealed)
                {
                    writer.RemoveOldest();
                    SpoolFiles.Remove(own);
                    _adoptedNext = false;
                    continue;
                }
            }

            if (_adopted.IsEmpty)
            {
                return false;
            }
        }
    }

    /// <summary>Remembers on disk that the records before <paramref name="index"/> of the current run are done with.</summary>
    public void SettleTo(int index) => _segment!.Settle(_first + index);

    /// <summary>Leaves the current run.</summary>
    public void Release()
    {
        _segment!.Unpin();
        _segment = null;
    }

    public void Dispose()
    {
        while (_adopted.TryDequeue(out SpoolSegment? segment))
        {
            SpoolFiles.GiveUp(segment);
        }
    }

    private bool Fill(SpoolSegment segment, int limit, bool recovered)
    {
        segment.Pin();
        long oldest = (time.GetUtcNow() - settings.MaxAge).ToUnixTimeMilliseconds();
        int damaged = 0;
        int expired = 0;
        int record = segment.Position;
        int end = 0;
        _batch.Clear();
        while (record < limit && _batch.Count < settings.MaxBatchRecords)
        {
            bool isWhole = segment.TryRead(record, out int offset, out int length, out long writtenAt);
            if (isWhole && writtenAt >= oldest)
            {
                if (_batch.Count > 0 && (offset != end || _batch.Length + length > settings.MaxBatchBytes))
                {
                    break;
                }

                if (_batch.Count == 0)
                {
                    _batch.Start(segment, offset);
                    _first = record;
                }

                _batch.Commit(length);
                NewestAt = writtenAt;
                end = offset + length;
            }
            else if (_batch.Count > 0)
            {
                break;
            }
            else if (isWhole)
            {
                expired++;
            }
            else
            {
                damaged++;
            }

            record++;
        }

        if (damaged + expired > 0)
        {
            segment.Settle(_batch.Count > 0 ? _first : record);
            Skip(segment, damaged, expired, recovered);
        }

        if (_batch.Count == 0)
        {
            segment.Unpin();
            return false;
        }

        _segment = segment;
        IsRecovered = recovered;
        return true;
    }

    private void Skip(SpoolSegment segment, int damaged, int expired, bool recovered)
    {
        if (damaged > 0)
        {
            counters.Drop(DropReason.Damaged, damaged);
            LangfuseLog.SpoolDamaged(logger, damaged, segment.Path);
        }

        if (expired > 0)
        {
            counters.Drop(DropReason.Expired, expired);
            LangfuseLog.Expired(logger, expired, "records of the spool", settings.MaxAge);
        }

        Skipped += recovered ? 0 : damaged + expired;
    }
}
