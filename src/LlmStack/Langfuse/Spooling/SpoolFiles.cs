namespace LlmStack.Langfuse.Spooling;

/// <summary>What is done to files while nothing may throw.</summary>
internal static class SpoolFiles
{
    /// <summary>Deletes a finished segment. One that cannot be deleted says itself that it is finished; whoever finds it later tries again.</summary>
    public static void Remove(SpoolSegment segment)
    {
        try
        {
            segment.Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nothing in it is missed.
        }
    }

    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nothing in it is missed.
        }
    }

    /// <summary>Deletes a finished segment; leaves one with undelivered records to the next process.</summary>
    public static void GiveUp(SpoolSegment segment)
    {
        try
        {
            if (segment.Position >= segment.Committed)
            {
                segment.Delete();
            }
            else
            {
                segment.Leave();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            segment.Dispose();
        }
    }
}
