using System.Numerics;

namespace LlmStack.Catalog;

/// <summary>A set of buckets; enumerated in their order.</summary>
internal readonly struct BucketMask(uint bits)
{
    private readonly uint _bits = bits;

    public bool IsEmpty => _bits == 0;

    public BucketMask With(UsageBucket bucket) => new(_bits | (1u << (int)bucket));

    public BucketMask Without(UsageBucket bucket) => new(_bits & ~(1u << (int)bucket));

    public BucketMask Union(BucketMask more) => new(_bits | more._bits);

    /// <summary>Takes the first one out.</summary>
    public BucketMask TakeFirst(out UsageBucket first)
    {
        first = (UsageBucket)BitOperations.TrailingZeroCount(_bits);
        return new BucketMask(_bits & (_bits - 1));
    }
}
