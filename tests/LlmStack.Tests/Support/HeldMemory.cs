namespace LlmStack.Tests.Support;

/// <summary>What the process holds, once it no longer shrinks: what ended tests left goes first.</summary>
internal static class HeldMemory
{
    public static long Measure()
    {
        long last = long.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            long now = GC.GetTotalMemory(forceFullCollection: true);
            if (now >= last)
            {
                break;
            }

            last = now;
        }

        return last;
    }
}
